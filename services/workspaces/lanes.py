"""Turns at a repository: one for who changes it, one for who speaks with its remote.

A remote may be slow or silent for minutes: whoever waits for it holds neither those up who work
in the repository meanwhile, nor a worker thread that others could use.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

import trio

from services.workspaces.progress import Board, Progress, What

WORKERS = 8  # worker threads for work in repositories, all together

T = TypeVar("T")
Repository = tuple[str, str]  # a client and a user


class Abandoned(Exception):
    """Nobody waits any more for what a worker thread does."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a transfer has to call, in any thread: `check` raises once nobody waits for it."""

    check: Callable[[], None]
    progress: Progress


class Lanes:
    """Lets one at a time into each lane of a repository; others wait in the order they came."""

    def __init__(self, board: Board, workers: int = WORKERS) -> None:
        self._board = board
        self._limiter = trio.CapacityLimiter(workers)
        self._writers: dict[Repository, trio.Lock] = {}
        self._transfers: dict[Repository, trio.Lock] = {}

    async def write(self, repository: Repository, work: Callable[[], T]) -> T:
        """Do `work` in a worker thread, with the repository to oneself.

        Cancelled while it waits for its turn, nothing is done; later, it is carried out.
        """
        async with _turn(self._writers, repository):
            return await trio.to_thread.run_sync(work, limiter=self._limiter)

    async def look(self, work: Callable[[], T]) -> T:
        """Do `work`, which only looks, in a worker thread, whoever has the repository meanwhile."""
        return await trio.to_thread.run_sync(work, limiter=self._limiter)

    async def transfer(
        self, repository: Repository, what: What | None, work: Callable[[Line], T]
    ) -> T:
        """Do `work` in a worker thread, alone with the repository's remote, and show it as `what`.

        Nothing wakes a worker thread that waits for a silent remote, so when this is cancelled
        it is left behind, and learns of that when it calls its line's `check`.
        """
        left = threading.Event()

        def check() -> None:
            # libgit2's own threads call it too: `trio.from_thread` would not know them.
            if left.is_set():
                raise Abandoned

        async with _turn(self._transfers, repository):
            with self._board.shown("/".join(repository), what) as progress:
                try:
                    # A limiter for each, so that many silent remotes hold no other one up.
                    return await trio.to_thread.run_sync(
                        work,
                        Line(check, progress),
                        limiter=trio.CapacityLimiter(1),
                        abandon_on_cancel=True,
                    )
                finally:
                    left.set()


@asynccontextmanager
async def _turn(locks: dict[Repository, trio.Lock], repository: Repository) -> AsyncGenerator[None]:
    lock = locks.setdefault(repository, trio.Lock())
    try:
        async with lock:
            yield
    finally:
        # Whoever asks may name anything: no name is remembered that nobody waits at.
        if not lock.locked() and not lock.statistics().tasks_waiting:
            locks.pop(repository, None)
