"""What is done many times over, by several workers at once, and how long each time took."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from math import inf
from typing import ClassVar

from tests.endurance.promise import Promise
from tests.soak.trend import Point
from tests.soak.world import World


class Load(ABC):
    """`count` times in all, or as often as `within` seconds let it. `took` has the seconds of each,
    by how many were done before it. A worker that fails ends it for the others, too.
    """

    name: ClassVar[str]  # what they are, in the plural
    workers: ClassVar[int] = 4

    def __init__(self, world: World, count: int, within: float) -> None:
        self.world = world
        self.count = count
        self._within = within
        self._deadline = inf
        self.done = 0
        self.took: list[Point] = []
        self._failed = threading.Event()
        self._lock = threading.Lock()

    @abstractmethod
    def prepare(self) -> None:
        """Bring about what has to be there before it is watched."""

    @abstractmethod
    def work(self, worker: int, share: int) -> None:
        """One worker's share. Whatever is not as promised raises."""

    def promises(self) -> Iterator[Promise]:
        """What has to be so after the last of them."""
        yield from ()

    @property
    def listing(self) -> str:
        """What is asked of the API at each look, beside its health."""
        return "/v1/previews"

    def run(self) -> None:
        """Raises what the first worker raised that failed."""
        self._deadline = time.monotonic() + self._within
        shares = [len(range(number, self.count, self.workers)) for number in range(self.workers)]
        with ThreadPoolExecutor(self.workers, self.name) as pool:
            for work in [pool.submit(self._work, *each) for each in enumerate(shares)]:
                work.result()

    def _work(self, worker: int, share: int) -> None:
        try:
            self.work(worker, share)
        except BaseException:
            self._failed.set()
            raise

    def rounds(self, number: int) -> Iterator[int]:
        """So many, unless the time is over or another worker failed."""
        for each in range(number):
            if self._failed.is_set() or time.monotonic() > self._deadline:
                return
            yield each

    @contextmanager
    def one(self, number: int = 1) -> Generator[None]:
        """So many of them, that are timed together."""
        began = time.monotonic()
        yield
        took = time.monotonic() - began
        with self._lock:
            self.took.append((self.done, took))
            self.done += number
