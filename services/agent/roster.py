"""Every thread that the agent has to do with, opened once, and the turns at work in them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
import trio

from services.agent import Options, recovery
from services.agent.archive import newest
from services.agent.backend import Backend
from services.agent.backends import Unusable
from services.agent.book import Book, is_busy
from services.agent.feed import Feed
from services.agent.lanes import Lane
from services.messages import FindWorkspace, History, ListHistories, ThreadKey, Turns
from supervisor.context import Context
from supervisor.desk import NotFound, Refused

log = structlog.get_logger()

Backends = Callable[[str], Backend]
TO_CLOSE = 5.0  # seconds for files of a life that is cut off
FEW = 16  # threads that are open, before it is looked whether some were deleted


@asynccontextmanager
async def at_work(ctx: Context[Options], backends: Backends, feed: Feed) -> AsyncGenerator[Roster]:
    """A roster until the block is left, be it by an error: then no journal is open any more,
    since the next life is one of the same process.
    """
    roster: Roster | None = None
    try:
        async with trio.open_nursery() as nursery:
            roster = Roster(ctx, nursery, backends, feed)
            yield roster
    finally:
        if roster is not None:
            with trio.move_on_after(TO_CLOSE, shield=True):
                await roster.close()


class Roster:
    """One life of the agent's; turns work in `nursery`, what is written down goes to `feed`."""

    def __init__(
        self, ctx: Context[Options], nursery: trio.Nursery, backends: Backends, feed: Feed
    ) -> None:
        self.stopping = False
        self._feed = feed
        self._ctx = ctx
        self._nursery = nursery
        self._make = backends
        self._backends: dict[str, Backend] = {}
        self._limit = trio.CapacityLimiter(ctx.options.running)
        self._lanes: dict[ThreadKey, Lane] = {}
        self._opening: dict[ThreadKey, trio.Lock] = {}
        self._enough = FEW
        self._working = 0
        self._rested = trio.Event()

    async def lane(self, key: ThreadKey) -> Lane:
        """The lane of a thread that is on disk at this moment.

        Raises `NotFound` where there is no such thread, `Refused`, and `OSError`.
        """
        lane = self._lanes.get(key)
        if lane is not None and (lane.is_busy or await self._is_there(lane)):
            self.run(lane)  # what could not be written down may be by now
            return lane
        opening = self._opening.setdefault(key, trio.Lock())
        try:
            async with opening:
                known = self._lanes.get(key)
                if known is not None and known is not lane:
                    return known
                await self._let_go_of_deleted()
                # Deleted, and there may be another one of that name; or its volume is away, and
                # the lane has to be the same when that is back.
                workspace = await self._ctx.ask("workspaces", FindWorkspace(key))
                if known is not None and await known.book.is_current():
                    return known  # the volume came back meanwhile
                self._lanes[key] = lane = await self._open(key, workspace.history)
                if known is not None:
                    known.interrupt()  # what it has not written down has no place any more
                return lane
        finally:
            if not opening.locked():
                self._opening.pop(key, None)

    async def _let_go_of_deleted(self) -> None:
        """Nobody says that a thread was deleted: look, each time that twice as many are open.

        One of which something is still to be written down stays: its volume may be away.
        """
        if len(self._lanes) < self._enough:
            return
        for key, lane in tuple(self._lanes.items()):
            is_there = lane.is_busy or lane.book.is_torn or await self._is_there(lane)
            # Somebody may have come to it meanwhile, or opened another one of that name.
            used = lane.is_busy or lane.admission.locked() or self._lanes.get(key) is not lane
            if not (is_there or used):
                del self._lanes[key]
        self._enough = max(FEW, 2 * len(self._lanes))

    async def _is_there(self, lane: Lane) -> bool:
        """Whether its thread is; one in which nothing has begun leaves no trace when it goes."""
        if lane.book.has_begun:
            return await lane.book.is_current()
        try:
            await self._ctx.ask("workspaces", FindWorkspace(lane.book.key))
        except NotFound:
            return False
        except Refused:
            pass  # nobody knows
        return True

    async def recover(self) -> None:
        """Complete what an earlier life left under way; what cannot be is logged."""
        try:
            histories = await self._ctx.ask("workspaces", ListHistories())
        except Refused as refusal:
            log.warning("unfinished turns not looked for", reason=str(refusal))
            self._feed.go_on_after(0)
            return
        busy, stamp = await trio.to_thread.run_sync(_left, histories, self._feed.now())
        self._feed.go_on_after(stamp)
        for history in busy:
            try:
                await self.lane(history.key)
            except (Refused, OSError) as error:
                log.warning("thread not recovered", thread=str(history.key), reason=str(error))

    async def stop(self) -> None:
        """Take no more turns, interrupt those that run, and wait for their ends."""
        self.stopping = True
        self._feed.ring()
        for lane in self._lanes.values():
            lane.interrupt()
        while self._working:
            self._rested = trio.Event()
            await self._rested.wait()

    async def close(self) -> None:
        """Let go of what is open, once nobody is at work."""
        for lane in self._lanes.values():
            await _close(lane.book)

    def run(self, lane: Lane) -> None:
        """See to it that somebody works through the queue of a thread, and mends its journal."""
        stops = self.stopping or lane.is_stopping
        if not lane.works and (lane.queue or lane.book.is_torn) and not stops:
            lane.works = True
            self._working += 1
            self._nursery.start_soon(self._work, lane)

    async def _work(self, lane: Lane) -> None:
        try:
            goes_on = await lane.work()
            async with lane.admission:
                if not lane.is_busy:
                    await self.rest(lane)
        finally:
            lane.works = False
            self._working -= 1
            self._rested.set()
        if goes_on or lane.queue:
            self.run(lane)  # something may have come while it went to rest

    async def rest(self, lane: Lane) -> None:
        """Nothing is under way in a thread."""
        try:
            await lane.book.be_idle()
        except OSError as error:
            log.warning("journal not closed", thread=str(lane.book.key), reason=str(error))

    async def _open(self, key: ThreadKey, history: Path) -> Lane:
        book = await Book.open(key, history, self._feed)
        lane = Lane(self._ctx, book, self._backend, self._limit, self._publish)
        try:
            # The first release left no mark.
            if book.ledger.unfinished or await trio.to_thread.run_sync(is_busy, history):
                lane.queue.extend(await recovery.recover(self._ctx, book))
                if not lane.queue:
                    await self.rest(lane)
        except BaseException:
            with trio.move_on_after(TO_CLOSE, shield=True):
                await _close(book)
            raise
        self.run(lane)
        return lane

    def _backend(self, name: str) -> Backend:
        """Raises `Unusable`: a turn that waited may name one that is here no more."""
        if name not in self._ctx.options.allowed:
            raise Unusable(f"cannot use the backend {name!r} here any more: name another")
        if name not in self._backends:
            try:
                self._backends[name] = self._make(name)
            except Exception as error:  # other backends' turns go on
                log.exception("agent backend not made", backend=name)
                raise Unusable(
                    f"cannot use the backend {name!r}: making it failed with"
                    f" {type(error).__name__}; the log says more"
                ) from error
        return self._backends[name]

    def _publish(self) -> None:
        shown = frozenset(
            f"{key}:{lane.running.turn}"
            for key, lane in self._lanes.items()
            if lane.running is not None
        )
        self._ctx.publish("turns", Turns(shown))


async def _close(book: Book) -> None:
    """Let go of its file."""
    try:
        await book.close()
    except OSError as error:
        log.warning("journal not closed", thread=str(book.key), reason=str(error))


def _left(histories: tuple[History, ...], now: float) -> tuple[list[History], int]:
    """What an earlier life left: threads in which something was under way, and its last stamp."""
    busy = [history for history in histories if is_busy(history.path)]
    return busy, newest((history.path for history in histories), now)
