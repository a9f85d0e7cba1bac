"""What a supervisor is given to do, and how it is started to do it."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


class NotDone(Exception):
    """A peer cannot do this here; the text says why. Reported, never dropped."""


@dataclass(frozen=True, slots=True)
class Program:
    name: str
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Job:
    """Programs to keep alive, in a directory that is theirs.

    `fast` asks for the settings with which the supervisor restarts soonest; otherwise it runs
    with its defaults. `grace` is seconds from SIGTERM to SIGKILL. `capture` asks for what the
    programs write to stdout, in files.
    """

    directory: Path
    programs: tuple[Program, ...]
    fast: bool = False
    grace: float | None = None
    capture: bool = False


@dataclass(frozen=True, slots=True)
class Launch:
    """The command that does a job. `captured` are glob patterns in the job's directory."""

    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    stop_signal: signal.Signals = signal.SIGTERM
    captured: tuple[str, ...] = ()
