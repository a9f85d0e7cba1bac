"""What is left of a life: the processes of its session, and those that left it with its mark."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

import trio

MARKER = "NURSERYD_LIFE"
CHUNK = 64 * 1024
PF_KTHREAD = 0x00200000  # include/linux/sched.h: a thread of the kernel, with no program


@dataclass(frozen=True, slots=True)
class Trace:
    """By what the processes of one life are known.

    Its `session`, its `marker` in their environment, and that none of them began before `since`,
    in clock ticks since the machine's start: when its leader did.
    """

    session: int
    marker: str
    since: int = 0


@dataclass(slots=True)
class Left:
    """The processes that are left, and whether those are `sure` to be all."""

    pids: list[int] = field(default_factory=list[int])
    sure: bool = True


class Survivors:
    """Looks for what is left of lives that end.

    One look is a walk through /proc. It serves every life that waits for one at its beginning,
    so that a hundred services that end together cost a few walks and not a hundred. It reads as
    little as it can: nothing of the leaders of other lives, nothing of a process that is known
    to be older than all the lives it looks for, no environment of another life's session.

    What is known of the others is when they began. It is remembered by number and inode of
    their folder: procfs gives a folder its inode when it comes up and forgets it with the
    process, so a number that is used again has another one. One more walk over 500 old
    processes costs 0.5 ms instead of 6.
    """

    def __init__(self) -> None:
        self.leaders: set[int] = set()
        self._began: dict[tuple[str, int], int] = {}
        self._next: _Look | None = None

    async def look(self, life: Trace) -> Left:
        """What is left of a life at some moment after this call."""
        look = self._next
        if look is not None:
            look.lives.append(life)
            await look.done.wait()
        else:
            look = self._next = _Look([life])
            try:
                await trio.lowlevel.checkpoint()  # whoever wakes now as well is served too
            finally:
                self._next = None
                look.found = self.find(look.lives)
                look.done.set()
        return look.found[life]

    def find(self, lives: Iterable[Trace]) -> dict[Trace, Left]:
        """What is left of each life at this moment.

        Zombies do not count, but a process on its way out does: it may still hold a port. In the
        middle of an exec, and on its way out, a process has no environment to be known by. One
        that seems to have none is worth another look.
        """
        found = {life: Left() for life in lives}
        sessions = {life.session: left for life, left in found.items()}
        marks = {f"{MARKER}={life.marker}".encode(): left for life, left in found.items()}
        oldest = min((life.since for life in found), default=0)
        others = self.leaders - sessions.keys()
        began: dict[tuple[str, int], int] = {}
        with os.scandir("/proc") as entries:
            for entry in entries:
                name = entry.name
                if not name.isdecimal() or (pid := int(name)) in others:
                    continue
                key = name, entry.inode()
                known = self._began.get(key)
                if known is not None and known < oldest:
                    began[key] = known
                    continue
                try:
                    state, session, flags, began[key] = _stat(name)
                    if began[key] < oldest or state in (b"Z", b"X") or flags & PF_KTHREAD:
                        continue
                    if (left := sessions.get(session)) is not None:
                        left.pids.append(pid)
                    elif session not in others:
                        _by_mark(pid, _read(name, "environ"), marks, found.values())
                except OSError:
                    continue  # gone, or not ours to read
        self._began = began
        return found

    def began(self, pid: int) -> int:
        """When a process began, in clock ticks; 0 where that cannot be read."""
        try:
            return _stat(str(pid))[3]
        except OSError:
            return 0


class _Look:
    def __init__(self, lives: list[Trace]) -> None:
        self.lives = lives
        self.found: dict[Trace, Left] = {}
        self.done = trio.Event()


survivors = Survivors()


def belongs(pid: int, life: Trace) -> bool:
    """Whether a process is one of this life."""
    try:
        mark = f"{MARKER}={life.marker}".encode()
        name = str(pid)
        return _stat(name)[1] == life.session or mark in _read(name, "environ").split(b"\0")
    except OSError:
        return False


def _by_mark(
    pid: int, environment: bytes, marks: dict[bytes, Left], every: Collection[Left]
) -> None:
    if not environment:
        for left in every:
            left.sure = False
    elif MARKER.encode() in environment:
        for variable in environment.split(b"\0"):
            if (left := marks.get(variable)) is not None:
                left.pids.append(pid)
                return


def _stat(name: str) -> tuple[bytes, int, int, int]:
    """State, session, flags and start of a process, from /proc/PID/stat as proc(5) has it."""
    fields = _read(name, "stat").rpartition(b") ")[2].split(b" ", 20)
    return fields[0], int(fields[3]), int(fields[6]), int(fields[19])


def _read(name: str, file: str) -> bytes:
    descriptor = os.open(f"/proc/{name}/{file}", os.O_RDONLY | os.O_CLOEXEC)
    try:
        data = chunk = os.read(descriptor, CHUNK)
        while len(chunk) == CHUNK:
            data += (chunk := os.read(descriptor, CHUNK))
        return data
    finally:
        os.close(descriptor)
