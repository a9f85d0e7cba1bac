"""What the processes of every service take, at one moment. Synchronous: for a worker thread.

Memory is what is resident (RSS), as `ps` and Prometheus have it: the kernel keeps that number, so
that it costs nothing. What processes share is in it once for each of them. Shares by equal parts
(PSS) would be truer, and take the kernel 0.7 ms for every 100 MB, under a lock of that process.
"""

from __future__ import annotations

import os
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from msgspec import Struct

from supervisor import procfs
from supervisor.leftovers import SERVICE
from supervisor.sink import OURS
from supervisor.survivors import SETTLED, TICKS, hides, mark_of

PAGE = os.sysconf("SC_PAGE_SIZE")
_PREFIX = f"{SERVICE}=".encode()


class Taken(Struct, frozen=True):
    """What one service takes: `cpu` seconds so far, `memory` bytes, in so many `processes`."""

    cpu: float
    memory: int
    processes: int


class _Owner(NamedTuple):
    """Whose a process is: the service, and which of its lives or of the programs of that."""

    service: str
    life: bytes


class Meter:
    """Reads again and again, from one thread at a time.

    A process belongs to the service whose marker it carries in its environment, or in whose session
    it is, as what is left of a life is known. Tasks are all in the daemon's own process, which is
    the service `OURS`; the programs that they run are theirs. Whose a process is does not change,
    so it is found out once: what has nothing to do with us is looked at no more.

    Seconds of a processor are added up for each life, with what its processes waited for: what
    ended between two readings is in it, unless it ended as an orphan.
    """

    def __init__(self, prefix: str) -> None:
        """`prefix` is what the markers of this run of the daemon begin with."""
        self._prefix = os.fsencode(prefix)
        self._known: dict[tuple[str, int], _Owner | None] = {}
        self._ran: Counter[_Owner] = Counter()
        self._total: Counter[str] = Counter()

    def read(self, leaders: Mapping[int, str]) -> dict[str, Taken]:
        """What every service takes that has a process; `leaders` are those known by number."""
        us = str(os.getpid())
        settled = (time.clock_gettime(time.CLOCK_BOOTTIME) - SETTLED) * TICKS
        known: dict[tuple[str, int], _Owner | None] = {}
        ran: Counter[_Owner] = Counter()
        pages: Counter[str] = Counter()
        processes: defaultdict[str, int] = defaultdict(int)
        for key in procfs.processes():
            owner = self._known.get(key, ...)
            if owner is None:
                known[key] = None
                continue
            try:
                stat = procfs.stat(key[0])
                if key[0] == us:
                    owner = _Owner(OURS, b"")
                elif owner is ...:
                    owner = self._owner(key[0], stat, leaders)
            except OSError:
                continue  # it ended while we looked
            if owner is not None:
                known[key] = owner
                ran[owner] += stat.own if key[0] == us else stat.ran
                pages[owner.service] += stat.resident
                processes[owner.service] += stat.state not in (b"Z", b"X")
            elif stat.began < settled:  # or it may be about to become another program
                known[key] = None
        self._known = known
        for owner, ticks in ran.items():
            self._total[owner.service] += max(0, ticks - self._ran[owner])
        self._ran = ran
        self._total = Counter({name: self._total[name] for name in {*processes, *leaders.values()}})
        return {
            name: Taken(self._total[name] / TICKS, pages[name] * PAGE, number)
            for name, number in processes.items()
        }

    def _owner(self, name: str, stat: procfs.Stat, leaders: Mapping[int, str]) -> _Owner | None:
        service = leaders.get(int(name)) or leaders.get(stat.session)
        if service is not None:
            return _Owner(service, b"%d" % stat.session)
        try:
            variables = procfs.variables(name) if hides(stat) else []
        except PermissionError:
            return None
        mark = mark_of(variables)
        if mark is None or not mark.startswith(self._prefix):
            return None
        given = next((it for it in variables if it.startswith(_PREFIX)), _PREFIX)
        return _Owner(given.removeprefix(_PREFIX).decode(errors="replace"), mark)
