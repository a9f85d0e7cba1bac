"""The events of all threads as they are written, in one order; and the latest of them in memory."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from weakref import WeakValueDictionary

from services.agent.heads import MICROSECONDS, PAGE
from services.messages import Event, Scope, ThreadEvent, ThreadEventPage, ThreadKey
from supervisor.cell import Cell

EVENTS = 4096  # that are kept in memory, all threads together
SIZE = 4 * 1024 * 1024  # bytes of those


class Feed:
    """Gives each event its stamp. All threads' are written through one of these.

    An event shows in its thread when it is written, and among those of all threads when all
    with a smaller stamp are written too, or failed: whoever has seen a stamp has seen all before.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.now = now
        self.reached = 0  # all that will ever have a stamp up to this shows
        self._last = 0
        self._under_way: dict[int, ThreadEvent | None] = {}
        self._events: deque[ThreadEvent] = deque()
        self._size = 0
        self._threads: dict[ThreadKey, deque[Event]] = {}
        self._before = 0
        self._bells: WeakValueDictionary[tuple[str, ...], Cell[int]] = WeakValueDictionary()

    @property
    def before(self) -> int:
        """The stamp after which everything is in memory."""
        return self._before

    def go_on_after(self, stamp: int) -> None:
        """Begin, with stamps greater than this one: the greatest that an earlier life gave."""
        self._last = self._before = max(stamp, int(self.now() * MICROSECONDS))
        self.reached = self._last

    def begin(self, after: int) -> int:
        """The stamp of an event that is about to be written, greater than `after` and all given.

        `end` has to follow, whatever becomes of it.
        """
        self._last = max(self._last, after, int(self.now() * MICROSECONDS) - 1) + 1
        self._under_way[self._last] = None
        return self._last

    def end(self, stamp: int, key: ThreadKey, event: Event | None) -> None:
        """It is written; or, without the event, it is not."""
        if event is None:
            del self._under_way[stamp]
        else:
            self._under_way[stamp] = ThreadEvent(stamp, key, event)
            self._threads.setdefault(key, deque()).append(event)
        for first, written in tuple(self._under_way.items()):
            if written is None:
                break
            del self._under_way[first]
            self._show(written)
        self.reached = next(iter(self._under_way), self._last + 1) - 1

    def bell(self, scope: Scope) -> Cell[int]:
        """What changes when an event within a scope shows; to be kept while somebody waits.

        So an event wakes those who want it, however many wait for others.
        """
        return self._bells.setdefault(scope.ids, Cell(0))

    def ring(self) -> None:
        """Have everybody look who waits."""
        for bell in tuple(self._bells.values()):
            bell.set(bell.value + 1)

    def _show(self, written: ThreadEvent) -> None:
        self._events.append(written)
        for ids in _within(written.key):
            if (bell := self._bells.get(ids)) is not None:
                bell.set(bell.value + 1)
        self._size += len(written.event.data)
        while len(self._events) > EVENTS or self._size > SIZE:
            oldest = self._events.popleft()
            self._before = oldest.stamp
            self._size -= len(oldest.event.data)
            self._let_go(oldest)

    def _let_go(self, oldest: ThreadEvent) -> None:
        events = self._threads.get(oldest.key)
        # Those of a thread that was deleted are forgotten already.
        if events and events[0] is oldest.event:
            events.popleft()
            if not events:
                del self._threads[oldest.key]

    def forget(self, key: ThreadKey) -> None:
        """A journal is opened in which ids may begin anew."""
        self._threads.pop(key, None)

    def of(self, key: ThreadKey, after: int, limit: int) -> tuple[Event, ...] | None:
        """A thread's events after an id, a page at most; None where not all are in memory."""
        events = self._threads.get(key)
        if not events or events[0].id > after + 1:
            return None
        last = events[-1].id
        newer = reversed(tuple(islice(reversed(events), max(0, last - after))))
        found: list[Event] = []
        size = 0
        for event in islice(newer, limit):
            if size >= PAGE:
                break
            found.append(event)
            size += len(event.data)
        return tuple(found)

    def page(self, scope: Scope, after: int, limit: int) -> ThreadEventPage:
        """The events within a scope after a stamp that is not smaller than `before`."""
        found: list[ThreadEvent] = []
        size = 0
        for written in self._after(after):
            if within(written.key, scope):
                if len(found) == limit or size >= PAGE:
                    return ThreadEventPage(tuple(found), found[-1].stamp)
                found.append(written)
                size += len(written.event.data)
        return ThreadEventPage(tuple(found), max(after, self.reached))

    def _after(self, stamp: int) -> Iterator[ThreadEvent]:
        newer: list[ThreadEvent] = []
        for written in reversed(self._events):
            if written.stamp <= stamp:
                break
            newer.append(written)
        return reversed(newer)


def within(key: ThreadKey, scope: Scope) -> bool:
    """Whether a scope covers a thread. Asked for each event and each who listens."""
    return scope.ids in _within(key)


def _within(key: ThreadKey) -> tuple[tuple[str, ...], ...]:
    """The ids of the scopes that cover a thread."""
    return (), (key.client,), (key.client, key.user), (key.client, key.user, key.thread)
