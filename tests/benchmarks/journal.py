"""The journal that the children write: who began and when, by the clock of the whole machine."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Entry:
    """`at` is CLOCK_MONOTONIC in ns, as `time.monotonic_ns` has it."""

    what: str
    name: str
    pid: int
    at: int


class Journal:
    """A file that grows, read as far as it is."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()
        self._file = path.open()
        self._begun = ""
        self.entries: list[Entry] = []

    def read(self) -> list[Entry]:
        """What is new since the last time."""
        *lines, self._begun = (self._begun + self._file.read()).split("\n")
        new = [
            Entry(what, name, int(pid), int(at)) for what, name, pid, at in map(str.split, lines)
        ]
        self.entries += new
        return new

    def first(self, what: str) -> dict[str, Entry]:
        """By name, the first entry of a kind."""
        return {entry.name: entry for entry in reversed(self.entries) if entry.what == what}

    def wait(self, what: str, names: int, within: float) -> bool:
        """Wait until so many have it; whether they had, in so many seconds."""
        deadline = time.monotonic() + within
        while True:
            self.read()
            if len(self.first(what)) >= names:
                return True
            if time.monotonic() > deadline:
                return False
            time.sleep(0.002)

    def close(self) -> None:
        self._file.close()
