"""The processes of a container, as this machine sees them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tests.container.image import FIRST_ID


@dataclass(frozen=True)
class Process:
    """A process of a container: its pid here and there, its user there, its command line.

    `state` is one letter, as /proc has it: Z for one that ended and was not reaped.
    """

    pid: int
    inside: int
    uid: int
    state: str
    command: tuple[str, ...]


def namespace_of(pid: int) -> str:
    """The PID namespace of a process. Raises `OSError` where that has ended."""
    return os.readlink(f"/proc/{pid}/ns/pid")


def living_in(namespace: str) -> list[Process]:
    """All processes of a PID namespace."""
    found: list[Process] = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and namespace_of(int(entry.name)) == namespace:
                found.append(seen(int(entry.name)))
        except OSError:  # ended meanwhile
            continue
    return found


def seen(pid: int) -> Process:
    """A process as it is. Raises `OSError` where it has ended."""
    entry = Path("/proc", str(pid))
    lines = (entry / "status").read_text().splitlines()
    status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    command = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
    return Process(
        pid=pid,
        inside=int(status["NSpid"].split()[-1]),
        uid=int(status["Uid"].split()[0]) - FIRST_ID,
        state=status["State"][0],
        command=tuple(word for word in command if word),
    )
