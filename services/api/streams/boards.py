"""A board as server-sent events: what it says, then each change."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import Generic, TypeVar

import trio
from quart import Response

from services.api.streams.audience import Audience
from services.api.streams.news import news
from services.api.streams.sse import GOODBYE, NOTHING_NEW, answer
from supervisor.cell import Cell

T = TypeVar("T")
V = TypeVar("V")


class Onlooker(Generic[T, V]):
    """One who is told the view of a board, and each other one that there is.

    A change of what the view leaves out is none. One who is told slowly misses views, but never
    the latest one.
    """

    def __init__(self, board: Cell[T], view: Callable[[T], V], show: Callable[[V], bytes]) -> None:
        self._board = board
        self._view = view
        self._show = show
        self._told: V | None = None

    def news(self) -> bytes:
        """What `show` makes of the view; nothing where that is the one that was told."""
        seen = self._view(self._board.value)
        if seen == self._told:
            return b""
        self._told = seen
        return self._show(seen)

    async def until_news(self) -> bytes:
        """What there is to tell, as soon as there is something."""
        await self._board.until(lambda now: self._view(now) != self._told)
        return self.news()


def stream(
    audience: Audience,
    board: Cell[T],
    stopping: trio.Event,
    view: Callable[[T], V],
    show: Callable[[V], bytes],
) -> Response:
    """The answer that goes on for as long as whoever asked listens.

    Raises `Problem` where there is no place for one more.
    """
    who = audience.admit()
    return answer(lambda: audience.keep(who, events(Onlooker(board, view, show), stopping)))


async def events(onlooker: Onlooker[T, V], stopping: trio.Event) -> AsyncGenerator[bytes]:
    """What one who looks on is told, and a comment when that is nothing for long.

    Ends when the service is asked to stop; whoever listens is told when to come back.
    """
    yield onlooker.news()
    while True:
        heard = await news(onlooker.until_news, stopping)
        if stopping.is_set():
            yield GOODBYE
            return
        yield heard or NOTHING_NEW
