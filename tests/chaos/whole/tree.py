"""The processes of a run, as /proc shows them: what each is, and whose child."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from supervisor import procfs

# By a part of the command line; the first that fits.
KINDS = (
    (b"/previews/runner.mjs", "astro"),
    (b"/_bundled/claude", "cli"),
    (b"npm-cli.js", "install"),
    (b"git\0", "git"),
)


@dataclass(frozen=True, slots=True)
class Process:
    """`state` is a letter as proc(5) has it: Z is a zombie, T is stopped."""

    pid: int
    parent: int
    state: str
    kind: str

    def __str__(self) -> str:
        return f"{self.kind} {self.pid} ({self.state}, of {self.parent})"


def look() -> dict[int, Process]:
    """All processes of this machine at about this moment."""
    found: dict[int, Process] = {}
    for name, _ in procfs.processes():
        try:
            stat, line = procfs.stat(name), procfs.read(name, "cmdline")
        except OSError:  # gone meanwhile
            continue
        found[int(name)] = Process(int(name), stat.parent, stat.state.decode(), kind(line))
    return found


def kind(command: bytes) -> str:
    return next((name for part, name in KINDS if part in command), "other")


def below(pid: int, processes: Collection[Process]) -> list[Process]:
    """A process's children, their children, and so on."""
    found: list[Process] = []
    parents = {pid}
    while parents:
        rank = [it for it in processes if it.parent in parents]
        found += rank
        parents = {it.pid for it in rank}
    return found


def of(folder: Path, processes: Iterable[Process]) -> list[Process]:
    """Those that a run in that folder has started: by their environment, or where they are."""
    mark = os.fsencode(folder) + b"/"
    return [it for it in processes if _bears(str(it.pid), mark)]


def _bears(name: str, mark: bytes) -> bool:
    try:
        return os.readlink(f"/proc/{name}/cwd").encode().startswith(mark) or any(
            mark in variable for variable in procfs.variables(name)
        )
    except OSError:
        return False
