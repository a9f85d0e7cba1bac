"""What is left of a life: the processes of its session, and those that left it with its mark."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Collection, Iterable
from contextlib import suppress

import trio
from msgspec import Struct, field

from supervisor import procfs

MARKER = "NURSERYD_LIFE"
TICKS = os.sysconf("SC_CLK_TCK")
SETTLED = 1.0  # seconds; a program that forks to exec does so within a few milliseconds
PF_KTHREAD = 0x00200000  # include/linux/sched.h: a thread of the kernel, with no program


class Trace(Struct, frozen=True):
    """By what the processes of one life are known.

    Its `session`, its `marker` in their environment, and that none of them began before `since`,
    in clock ticks since the machine's start: when its leader did.
    """

    session: int
    marker: str
    since: int = 0


class Left(Struct):
    """The processes that are left, and whether those are `sure` to be all.

    Where there was no descriptor to look with, it was `blind`, and nothing is known.
    """

    pids: list[int] = field(default_factory=list[int])
    sure: bool = True
    blind: bool = False


class _Known(Struct, frozen=True):
    """What of a process does not change any more. `mark` is the one in its environment.

    One that is `hiding` has none to be seen, as in the middle of an exec: there is more to know.
    """

    began: int
    session: int = 0
    mark: bytes | None = None
    hiding: bool = False


def _spare() -> int:
    return os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)


class Survivors:
    """Looks for what is left of lives that end.

    One look is a walk through /proc. It serves every life that waits for one at its beginning,
    so that a hundred services that end together cost a few walks and not a hundred.

    What was read of a process is remembered by the number and the inode of its folder: procfs
    gives a folder its inode when it comes up and forgets it with the process, so a number that
    is used again has another one. Session and mark are handed down and come from nowhere else:
    who has another life's, or none, will not have this one's later. One that is younger than
    `SETTLED` is read anew, since it may be about to exec. One more walk over 700 processes takes
    0.7 ms instead of 12.
    """

    def __init__(self) -> None:
        self.leaders: set[int] = set()
        self._known: dict[tuple[str, int], _Known] = {}
        self._young: dict[tuple[str, int], _Known] = {}  # the last time; read anew each time
        self._next: _Look | None = None
        # A service that ends may be what would give a descriptor back: looking must not need one.
        self._spare: int | None = _spare()

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
                look.found = self._find_by_all_means(look.lives)
                look.done.set()
        return look.found[life]

    def _find_by_all_means(self, lives: Collection[Trace]) -> dict[Trace, Left]:
        """With the descriptor that is kept for it, if there is no other left."""
        try:
            try:
                return self.find(lives)
            except OSError:
                spare, self._spare = self._spare, None
                if spare is None:
                    raise
                os.close(spare)
                return self.find(lives)
        except OSError:
            return {life: Left(blind=True) for life in lives}
        finally:
            if self._spare is None:
                with suppress(OSError):  # somebody else took it: the next look tries again
                    self._spare = _spare()

    def find(self, lives: Iterable[Trace]) -> dict[Trace, Left]:
        """What is left of each life at this moment.

        Zombies do not count, but a process on its way out does: it may still hold a port. In the
        middle of an exec, and on its way out, a process has no environment to be known by, but its
        session and what was seen before. One that has neither, and is not older than the life, is
        worth another look. Raises `OSError` where there is no descriptor left to look with.
        """
        found = {life: Left() for life in lives}
        sessions = {life.session: left for life, left in found.items()}
        marks: dict[bytes | None, Left] = {
            os.fsencode(life.marker): left for life, left in found.items()
        }
        oldest = min((life.since for life in found), default=0)
        settled = (time.clock_gettime(time.CLOCK_BOOTTIME) - SETTLED) * TICKS
        others = self.leaders - sessions.keys()
        kept: dict[tuple[str, int], _Known] = {}
        young: dict[tuple[str, int], _Known] = {}
        for key in procfs.processes():
            name, pid = key[0], int(key[0])
            if pid in others:
                continue
            known = self._known.get(key)
            if known is not None:
                kept[key] = known
                if known.began < oldest or not (known.session in sessions or known.mark in marks):
                    continue
            try:
                known = _read_all(name, others)
            except OSError as error:
                if error.errno in (errno.EMFILE, errno.ENFILE):
                    raise
                continue  # gone
            if known.hiding:  # it is whose it was
                known = kept.get(key) or self._young.get(key) or known
            if known.hiding and known.session not in sessions:
                for life, left in found.items():
                    left.sure = left.sure and known.began < life.since
                continue
            if not known.hiding:
                (kept if known.began < settled else young).setdefault(key, known)
            left = sessions.get(known.session) or marks.get(known.mark)
            if left is not None and known.began >= oldest:
                left.pids.append(pid)
        self._known, self._young = kept, young
        return found

    def began(self, pid: int) -> int:
        """When a process began, in clock ticks; 0 where that cannot be read."""
        try:
            return procfs.stat(str(pid)).began
        except OSError:
            return 0


class _Look:
    def __init__(self, lives: list[Trace]) -> None:
        self.lives = lives
        self.found: dict[Trace, Left] = {}
        self.done = trio.Event()


survivors = Survivors()


def belongs(pid: int, life: Trace) -> bool:
    """Whether a process is one of this life.

    One that shows no environment, as in the middle of an exec, is whose its parent is: a program
    may name a child that it has only just started.
    """
    mark = os.fsencode(f"{MARKER}={life.marker}")
    try:
        while True:
            name = str(pid)
            it = procfs.stat(name)
            if it.session == life.session:
                return True
            variables = procfs.variables(name)
            if variables or not hides(it):
                return mark in variables
            pid = it.parent
    except OSError:
        return False


def mark_of(variables: Iterable[bytes]) -> bytes | None:
    """The marker of the life that a process with this environment belongs to, if of any."""
    prefix = f"{MARKER}=".encode()
    mark = next((it for it in variables if it.startswith(prefix)), None)
    return None if mark is None else mark.removeprefix(prefix)


def hides(it: procfs.Stat) -> bool:
    """Whether it is one that has an environment, though none was to be seen."""
    return it.state not in (b"Z", b"X") and not it.flags & PF_KTHREAD


def _read_all(name: str, others: Collection[int]) -> _Known:
    """What there is to know of a process.

    A zombie belongs to nobody any more. Whose environment is not ours to read has no mark.
    """
    it = procfs.stat(name)
    if not hides(it):
        return _Known(it.began)
    if it.session in others:
        return _Known(it.began, it.session)
    try:
        variables = procfs.variables(name)
    except PermissionError:
        return _Known(it.began, it.session)
    return _Known(it.began, it.session, mark_of(variables), hiding=not variables)
