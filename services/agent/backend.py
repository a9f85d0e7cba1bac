"""What carries out an instruction: the one interface that every agent backend implements."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from services.messages import BackendEvent, Mode

Emit = Callable[[BackendEvent], Awaitable[None]]


class BackendError(Exception):
    """The backend could not carry out a turn; the text says what failed, for the person who asked.

    Not for an instruction that was merely not understood: a backend answers that with text.
    """


@dataclass(frozen=True, slots=True)
class Turn:
    """One instruction to carry out in the worktree `root`.

    `id` names the turn in its thread's journal. In the modes `plan` and `analyze` a backend
    changes no file: it says what it would do.
    """

    id: str
    instruction: str
    root: Path
    mode: Mode = Mode.EXECUTE


class Backend(Protocol):
    """Carries out turns. One backend serves every thread, so `run` may be under way many times."""

    async def run(self, turn: Turn, emit: Emit) -> None:
        """Change the files of `turn.root` as the instruction says, telling `emit` what happens.

        Unless it is cancelled, every `ToolStarted` is followed by its `ToolFinished`, and every
        change of a file by a `FileChanged` once it is on disk. What is said to the person is
        `TextDelta`, in order. Committing is the caller's.

        Raises `BackendError` where the turn failed. Cancelled or failed, it leaves the files as
        they are at that moment, each of them whole: the caller decides what becomes of them.
        """
        ...
