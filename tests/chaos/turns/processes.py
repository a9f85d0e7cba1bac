"""The processes of the Claude Code CLI, as /proc shows them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

NAME = b"/_bundled/claude"


@dataclass(frozen=True, slots=True)
class Cli:
    """`place` is its working directory: the worktree of the turn that it works for."""

    pid: int
    parent: int
    place: Path


def clis(within: Path) -> list[Cli]:
    """Those that live, with a working directory below that one."""
    found: list[Cli] = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            program = (entry / "cmdline").read_bytes().partition(b"\0")[0]
            if not program.endswith(NAME):  # what is about to become one is in no worktree yet
                continue
            place = Path(os.readlink(entry / "cwd"))
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:  # gone meanwhile
            continue
        if place.is_relative_to(within):
            found.append(Cli(int(entry.name), parent, place))
    return found
