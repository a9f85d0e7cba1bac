"""Reap orphans beside children that others wait for, without taking an exit code from anybody.

A subreaper inherits whatever its descendants leave behind. Nobody but the kernel knows a child
that we started from one that we inherited, and `waitpid(-1)` takes either: then Python reports
0 for the child that it waited for, whatever became of it. So this reaper only peeks, leaves the
managed alone, and reaps a stranger once it has been a zombie for so long that nobody seems to
wait for it.
"""

from __future__ import annotations

import math
import os
import signal
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

import trio

from supervisor import procfs

# Seconds. The usual death is that of a managed child: after a moment nothing is left to look for.
SETTLE = 0.1
# As a zombie, before it counts as an orphan: a library's `subprocess.run` takes less to notice.
GRACE = 0.5
# The same in our own session, where libraries start theirs: `communicate` asks for the exit code
# only after the pipes have closed, which a grandchild may hold for a while.
OWN_SESSION_GRACE = 60.0


class Zombie(NamedTuple):
    """A dead child that is not managed; `started` (clock ticks) tells it from a later namesake."""

    pid: int
    started: int
    session: int


async def reap_orphans(managed: Collection[int]) -> None:
    """Reap orphans until cancelled, but none of the `managed`: a task of its own waits for each.

    It wakes up for a SIGCHLD, and for a zombie that comes of age.
    """
    seen: dict[Zombie, float] = {}
    with trio.open_signal_receiver(signal.SIGCHLD) as deaths:
        while True:
            try:
                seen = look(seen, trio.current_time(), managed)
                again = min(map(_of_age, seen, seen.values()), default=math.inf)
            except OSError:  # no descriptor left to look with
                again = trio.current_time() + GRACE
            with trio.move_on_at(again):
                await anext(deaths)
            await trio.sleep(SETTLE)


def look(seen: Mapping[Zombie, float], now: float, managed: Collection[int]) -> dict[Zombie, float]:
    """Reap every zombie that is of age; the others, each with when it was first seen.

    All at once, since a peek alone tells of one zombie at a time and the waits would add up.
    Raises `OSError` when it cannot look.
    """
    if not _anybody_dead():
        return {}
    young: dict[Zombie, float] = {}
    for zombie in _zombies(managed):
        since = seen.get(zombie, now)
        if now < _of_age(zombie, since):
            young[zombie] = since
        else:
            _reap(zombie.pid)
    return young


def _of_age(zombie: Zombie, since: float) -> float:
    return since + (OWN_SESSION_GRACE if zombie.session == os.getsid(0) else GRACE)


def _anybody_dead() -> bool:
    try:
        return os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return False


def _zombies(managed: Collection[int]) -> Iterator[Zombie]:
    ours = os.getpid()
    for name, _ in procfs.processes():
        if int(name) not in managed:
            try:
                it = procfs.stat(name)
            except (FileNotFoundError, ProcessLookupError):  # gone meanwhile
                continue
            if it.state == b"Z" and it.parent == ours:
                yield Zombie(int(name), it.began, it.session)


def _reap(pid: int) -> None:
    try:
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG)
    except ChildProcessError:
        return  # somebody waited for it after all
