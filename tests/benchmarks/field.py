"""Where supervisors run side by side: the same sizes, the same scratch space, one table."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tests.benchmarks.figures import Results
from tests.benchmarks.job import Job, NotDone, Program
from tests.benchmarks.journal import Journal
from tests.benchmarks.peers.peer import Peer
from tests.benchmarks.running import Running
from tests.benchmarks.tools import Tools


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of everything. Durations are seconds; `life` is a child's before it is killed."""

    starts: tuple[tuple[int, int], ...] = ((1, 5), (100, 5), (500, 3))  # children, repetitions
    kills: int = 40
    life: float = 1.3
    children: int = 100
    settle: float = 10.0
    idle: float = 30.0
    memory: int = 3
    lines: int = 1_000_000
    capture_limit: float = 30.0
    captures: int = 3
    stops: int = 3
    deaf: int = 10
    deaf_stops: int = 2
    grace: float = 2.0
    orphans: int = 2000
    drains: int = 5
    drain_limit: float = 10.0


TINY = Sizes(
    starts=((2, 1),),
    kills=1,
    life=0.1,
    children=2,
    settle=0.0,
    idle=0.2,
    memory=1,
    lines=1000,
    captures=1,
    stops=1,
    deaf=1,
    deaf_stops=1,
    grace=0.1,
    orphans=5,
    drains=1,
)


class Field:
    """`scratch` is a folder in memory, where no disk has a say in any figure."""

    def __init__(
        self, tools: Tools, peers: Sequence[Peer], sizes: Sizes, scratch: Path, results: Results
    ) -> None:
        self.sizes = sizes
        self.results = results
        self._tools = tools
        self._peers = peers
        self._scratch = scratch
        self._numbers = count(1)

    def rounds(self, what: str, number: int) -> Iterator[Peer]:
        """Every peer that has a part in it, one after the other, `number` times over.

        Interleaved, so that whatever else the machine does hits them all alike. One that once
        could not do it is not asked again.
        """
        for _ in range(number):
            for peer in self._peers:
                if what in peer.parts and (what, peer.name) not in self.results.missing:
                    yield peer

    @contextmanager
    def supervised(
        self,
        what: str,
        peer: Peer,
        number: int,
        *work: str,
        fast: bool = False,
        grace: float | None = None,
        around: Sequence[str] = (),
    ) -> Generator[Running]:
        """A supervisor with `number` children at `work`; none of it is left afterwards."""
        directory = self._scratch / f"{next(self._numbers)}"
        directory.mkdir()
        journal = Journal(directory / "journal")
        child = (str(self._tools.child), str(journal.path))
        programs = tuple(Program(f"p{n}", (*child, f"p{n}", *work)) for n in range(number))
        job = Job(directory, programs, fast, grace, capture=what == "capture")
        with ExitStack() as leaving:
            leaving.callback(shutil.rmtree, directory)
            leaving.callback(journal.close)
            running = Running(peer, job, journal, around)
            leaving.callback(running.close)
            yield running

    @contextmanager
    def trying(self, what: str, peer: Peer) -> Generator[None]:
        """Take down that a peer could not do something, and go on with the others."""
        try:
            yield
        except NotDone as reason:
            self.results.lacks(what, peer.name, str(reason))
            say(f"{what}: {peer.name}: {reason}")


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
