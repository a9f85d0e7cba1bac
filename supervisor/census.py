"""Who is left of a life: one look at /proc for everybody who asks at the same time.

A look costs some ten microseconds a process. When a hundred children end together, a look for
each of them would read a hundred times a hundred processes, and hold the loop for as long.
"""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass, field

import trio

MARKER = "NURSERYD_LIFE"
MARK = b"\0%s=" % MARKER.encode()

# Children whose leader is still there, if only as a zombie: no life but their own has them.
leaders: set[int] = set()


@dataclass(slots=True)
class Look:
    """All processes but leaders and zombies, by session and by marker.

    A process on its way out counts: it may still hold a port. In the middle of an exec, and on
    its way out, a process has no environment to be known by. `sure` says that there was none.
    """

    by_session: defaultdict[int, set[int]] = field(
        default_factory=lambda: defaultdict[int, set[int]](set)
    )
    by_marker: defaultdict[bytes, set[int]] = field(
        default_factory=lambda: defaultdict[bytes, set[int]](set)
    )
    sure: bool = True
    taken: trio.Event = field(default_factory=trio.Event)

    def take(self) -> None:
        for entry in os.listdir("/proc"):
            if entry.isdecimal() and int(entry) not in leaders:
                try:
                    self._add(int(entry))
                except OSError:
                    continue  # gone, or not ours to read
        self.taken.set()

    def _add(self, pid: int) -> None:
        session = os.getsid(pid)
        if session == 0:
            return  # a thread of the kernel, or from outside of our namespace: never ours
        environment, readable = b"", True
        try:
            environment = _read(pid, "environ")
        except PermissionError:
            readable = False
        if not environment:
            if _read(pid, "stat").rpartition(b") ")[2][:1] in b"ZX":
                return
            self.sure = self.sure and not readable
        self.by_session[session].add(pid)
        _, found, rest = (b"\0" + environment).partition(MARK)
        if found:
            self.by_marker[rest.partition(b"\0")[0]].add(pid)

    def survivors(self, session: int, marker: str) -> set[int]:
        """The processes of a session, and those anywhere with a life's marker."""
        return self.by_session[session] | self.by_marker[marker.encode()]


_asked_for = trio.lowlevel.RunVar[Look | None]("census", None)


async def look() -> Look:
    """Look at all processes, later than this call. Not to be cancelled: it takes no time."""
    asked_for = _asked_for.get()
    if asked_for is not None:
        await asked_for.taken.wait()
        return asked_for
    mine = Look()
    _asked_for.set(mine)
    # Whoever was woken together with us asks now, too.
    await trio.lowlevel.cancel_shielded_checkpoint()
    _asked_for.set(None)
    mine.take()
    return mine


def _read(pid: int, name: str) -> bytes:
    with open(f"/proc/{pid}/{name}", "rb", buffering=0) as file:
        return file.read()
