"""What carries out an instruction: the one interface that every agent backend implements."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from services.messages import (
    BackendEvent,
    BuildError,
    Diff,
    GitState,
    Image,
    Mode,
    Selection,
    ThreadKey,
)


class BackendError(Exception):
    """The backend could not carry out a turn; the text says what failed, for the person who asked.

    Not for an instruction that was merely not understood: a backend answers that with text.
    """


class BudgetExceeded(BackendError):
    """The turn would cost more than its `budget`."""


class Unwritten(BackendError):
    """What a turn does cannot be written down: no fault of the backend's, which goes no further."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One instruction to carry out in the worktree `root`.

    `id` names the turn in its thread's journal. `store` is a folder on the workspace volume for
    what this backend remembers of this thread, and of nobody else; it need not exist yet.
    `selection` and `images` come with the instruction. `notes` are what the conversation has to
    know beside it: what happened since this backend was last asked in this thread.

    A backend is sent back with `repair` above 0 to mend what its last run broke: the instruction
    is then what is wrong. `model` is a wish, and `budget` what the run may cost in US dollars;
    None where nobody says.

    In the modes `plan` and `analyze` a backend changes no file: it says what it would do.
    """

    id: str
    key: ThreadKey
    instruction: str
    root: Path
    store: Path
    mode: Mode = Mode.EXECUTE
    model: str | None = None
    selection: Selection | None = None
    images: tuple[Image, ...] = ()
    notes: tuple[str, ...] = ()
    repair: int = 0
    budget: float | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """`reason` is what the agent is told where it is refused."""

    allowed: bool
    reason: str = ""


class Host(Protocol):
    """What a backend is given while it carries out a turn."""

    async def emit(self, event: BackendEvent) -> None:
        """Tell what happens. Raises `BudgetExceeded` once a `Used` is beyond a budget."""
        ...

    async def ask(self, tool: str, summary: str) -> Decision:
        """Whether a tool may be used now; a person is asked where the deployment wants that."""
        ...

    async def git_state(self) -> GitState:
        """What is uncommitted in the worktree. Raises `Refused`."""
        ...

    async def git_diff(self) -> Diff:
        """The same as a diff. Raises `Refused`."""
        ...

    async def preview_errors(self) -> tuple[BuildError, ...]:
        """What is wrong with the pages that the turn's edits touch, as far as it is known."""
        ...


class Backend(Protocol):
    """Carries out turns. One backend serves every thread, so `run` may be under way many times."""

    async def run(self, turn: Turn, host: Host) -> None:
        """Change the files of `turn.root` as the instruction says, telling `host` what happens.

        Unless it is cancelled, every `ToolStarted` is followed by its `ToolFinished`, and every
        change of a file by a `FileChanged` once it is on disk. What is said to the person is
        `TextDelta`, in order. Committing is the caller's.

        Raises `BackendError` where the turn failed. Cancelled or failed, it leaves the files as
        they are at that moment, each of them whole, and nothing of its own running: the caller
        decides what becomes of them. Cancelled, it returns within a second.
        """
        ...
