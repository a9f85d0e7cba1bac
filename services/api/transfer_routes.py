"""What is under way with remotes, as server-sent events."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
import trio
from quart import Blueprint, Response

from services.messages import Transfers
from supervisor.cell import Cell

HEARTBEAT = 15.0  # seconds; proxies drop a connection on which nothing is said for a minute

Board = Cell[Transfers | None]


def transfer_routes(board: Board, stopping: trio.Event) -> Blueprint:
    routes = Blueprint("transfers", __name__)

    @routes.get("/v1/transfers")
    async def transfers() -> Response:
        reply = Response(events(board, stopping), content_type="text/event-stream; charset=utf-8")
        reply.timeout = None
        reply.headers["X-Accel-Buffering"] = "no"
        return reply

    return routes


async def events(board: Board, stopping: trio.Event) -> AsyncIterator[bytes]:
    """What is under way, then each change; a comment when nothing changes for a while.

    Ends when the service is asked to stop.
    """
    seen = board.value
    yield event(seen)
    while True:
        news = await _change(board, seen, stopping)
        if stopping.is_set():
            return
        yield b": nothing new\n\n" if news == seen else event(news)
        seen = news


def event(transfers: Transfers | None) -> bytes:
    data = msgspec.json.encode(transfers or Transfers({}))
    return b"event: transfers\ndata: " + data + b"\n\n"


async def _change(board: Board, seen: Transfers | None, stopping: trio.Event) -> Transfers | None:
    """The next value; the same one when the time for a heartbeat, or for the end, has come."""
    with trio.move_on_after(HEARTBEAT):
        async with trio.open_nursery() as nursery:

            async def end() -> None:
                await stopping.wait()
                nursery.cancel_scope.cancel()

            nursery.start_soon(end)
            await board.change(seen)
            nursery.cancel_scope.cancel()
    return board.value
