"""A thread's journal and what it amounts to, kept in step; and a way to wait for what comes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import trio

from services.agent.feed import Feed
from services.agent.journal import VERSION, Journal
from services.agent.ledger import Ledger
from services.messages import Event, ThreadKey, TurnInfo, TurnState
from supervisor.cell import Cell
from supervisor.desk import Refused

BUSY = ".busy"  # beside a journal in which something has begun and not ended


class Book:
    """One thread's; opened once, or two would give the same ids.

    Nothing here is given up half done: what is being written when a caller is cancelled is
    written, and counted.
    """

    def __init__(self, key: ThreadKey, journal: Journal, ledger: Ledger, feed: Feed) -> None:
        self.key = key
        self.ledger = ledger
        self.news = Cell(0)
        self.last = journal.last  # the id of the last event that shows
        self.is_torn = False  # something came to its end that is not written down
        self._journal = journal
        self._feed = feed
        self._writing = trio.Lock()

    @classmethod
    async def open(cls, key: ThreadKey, path: Path, feed: Feed) -> Book:
        """Read what there is. Raises `OSError`, and `Refused` for a journal that is too new."""
        journal, ledger = await trio.to_thread.run_sync(_read, key, path)
        feed.forget(key)
        return cls(key, journal, ledger, feed)

    @property
    def path(self) -> Path:
        return self._journal.path

    @property
    def has_begun(self) -> bool:
        """Whether anything is written down: only then the disk tells that the thread is there."""
        return self._journal.has_begun

    async def is_current(self) -> bool:
        """Whether the thread was not deleted, and made anew, since this was opened."""
        return await trio.to_thread.run_sync(lambda: self._journal.is_there)

    async def write(self, kind: str, **facts: object) -> None:
        """Write an event; raises `OSError`, and then it did not happen."""
        await self._put(partial(self._journal.append, kind, facts))

    async def note(self, kind: str, **facts: object) -> None:
        """Write an event of no turn, where there is a journal."""
        await self._put(partial(self._journal.note, kind, facts))

    async def _put(self, put: Callable[[int], Event | None]) -> None:
        async with self._writing:
            stamp = self._feed.begin(self._journal.stamp)
            event: Event | None = None
            try:
                event = await trio.to_thread.run_sync(put, stamp)
            finally:
                self._feed.end(stamp, self.key, event)
            if event is not None:
                self.last = event.id
                self.ledger.apply(event.data)
                self.ring()

    def lose(self, turn: str, state: TurnState, error: str) -> None:
        """End a turn for whoever waits, though its end cannot be written down."""
        self.is_torn = True
        self.ledger.lose(turn, state, error)
        self.ring()

    def ring(self) -> None:
        """Have everybody look who waits."""
        self.news.set(self.news.value + 1)

    async def read(self, after: int, limit: int) -> tuple[Event, ...]:
        """The events after an id, so many at most."""
        if after >= self.last:
            return ()
        near = self._feed.of(self.key, after, limit)
        if near is not None:
            return near
        found = await trio.to_thread.run_sync(self._journal.read, after, limit)
        return tuple(event for event in found if event.id <= self.last)

    async def until_ended(self, turn: str, given_up: Callable[[], bool]) -> TurnInfo:
        """Wait for the end of a turn; returns it as it is once `given_up`. Raises `NotFound`."""
        await self.news.until(lambda _: self.ledger.has_ended(turn) or given_up())
        return self.ledger[turn]

    async def close(self) -> None:
        """Let go of the file; the next write opens it again."""
        await trio.to_thread.run_sync(self._journal.close)

    async def be_busy(self) -> None:
        """Have the next life look at this journal, should this one be killed."""
        await trio.to_thread.run_sync(self._marker.touch)

    async def be_idle(self) -> None:
        """Nothing is under way: let go of the file, and of the mark if all is written down."""
        await trio.to_thread.run_sync(self._let_go)

    def _let_go(self) -> None:
        self._journal.close()
        # Where the thread was deleted and made anew, the mark is that of the new one's turn.
        if not self.is_torn and self._journal.is_there:
            self._marker.unlink(missing_ok=True)

    @property
    def _marker(self) -> Path:
        return self._journal.path.with_suffix(BUSY)


def is_busy(path: Path) -> bool:
    """Whether a life that ended left something under way in the journal of that path."""
    return path.with_suffix(BUSY).exists()


def _read(key: ThreadKey, path: Path) -> tuple[Journal, Ledger]:
    journal = Journal(path)
    ledger = Ledger(key, journal.read())
    if ledger.version > VERSION:
        raise Refused(
            f"cannot go on with {key}: a newer nurseryd wrote its history; run that one, or a later"
        )
    return journal, ledger
