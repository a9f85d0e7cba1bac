"""Watches all processes below a daemon: what their environment and arguments hold."""

from __future__ import annotations

import os
import re
import threading
from dataclasses import dataclass
from pathlib import Path

from tests.secrets.marks import Marks
from tests.secrets.scanning import Found

PERIOD = 0.02  # seconds
_SERVICE = re.compile(rb"NURSERYD_SERVICE=([^\0@]*@?)")
_CORE = re.compile(r"^Max core file size\s+(\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Seen:
    """A process as it was; `role` is its service, and the program in it where that is another's.

    `core` is up to how many bytes of it a crash would write to a file.
    """

    role: str
    environ: bytes
    argv: bytes
    core: str


class Watch:
    """Looks again and again until it is left; everything that lives a little while is seen."""

    def __init__(self, daemon: int) -> None:
        self.seen: dict[tuple[str, str, bytes], Seen] = {}
        self._daemon = daemon
        self._argv = Path("/proc", str(daemon), "cmdline").read_bytes()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watch")

    def __enter__(self) -> Watch:
        self.look()
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def has_seen(self, role: str) -> bool:
        # Copied in one step: the other thread adds to it.
        return any(it.role == role for it in tuple(self.seen.values()))

    def _watch(self) -> None:
        while not self._over.wait(PERIOD):
            self.look()

    def look(self) -> None:
        """Once, at all that live now."""
        for pid in self._ours():
            place = Path("/proc", pid)
            try:
                born = (place / "stat").read_text().rpartition(")")[2].split()[19]
                argv = (place / "cmdline").read_bytes()
                if argv and (pid, born, argv) not in self.seen:
                    found = self._read(place, argv)
                    # An exec in the meantime made another program of it, for the next look.
                    if (place / "cmdline").read_bytes() == argv:
                        self.seen[pid, born, argv] = found
            except OSError:
                continue

    def _read(self, place: Path, argv: bytes) -> Seen:
        environ = (place / "environ").read_bytes()
        service = _SERVICE.search(environ)
        role = service[1].decode() if service else "?"
        program = os.path.basename(os.readlink(place / "exe"))
        if argv == self._argv:  # it, or what it has forked and is not yet another program
            role = "nurseryd"
        elif role == "agent":
            # What becomes of the launcher is Claude Code.
            is_claude = program == "claude" or b"/launch.py\0" in argv
            role = f"agent: {'claude' if is_claude else 'another'}"
        limits = _CORE.search((place / "limits").read_text())
        assert limits is not None
        return Seen(role, environ, argv, limits[1])

    def _ours(self) -> list[str]:
        """The daemon, and all that come from it: it adopts the orphans of its children."""
        parents: dict[str, str] = {}
        for entry in os.listdir("/proc"):
            if entry.isdecimal():
                try:
                    stat = Path("/proc", entry, "stat").read_text()
                except OSError:
                    continue
                parents[entry] = stat.rpartition(")")[2].split()[1]
        ours, found = [str(self._daemon)], [str(self._daemon)]
        while found:
            found = [pid for pid, parent in parents.items() if parent in found]
            ours += found
        return ours

    def found(self, marks: Marks) -> set[Found]:
        return {
            Found(name, f"{what}: {seen.role}")
            for seen in self.seen.values()
            for what, data in (("environ", seen.environ), ("argv", seen.argv))
            for name in marks.found_in(data)
        }
