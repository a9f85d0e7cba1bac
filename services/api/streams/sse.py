"""Server-sent events: how they are written, and an answer that goes on while somebody listens."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator

import msgspec
from quart import Response, request

from services.api.auth import still_good

HEARTBEAT = 15.0  # seconds; proxies drop a connection on which nothing is said for a minute
NOTHING_NEW = b": nothing new\n\n"
CONTENT_TYPE = "text/event-stream; charset=utf-8"
PIECE = 64 * 1024  # bytes that are written at once, as far as events are no longer than that
# In milliseconds: when to come back after a connection broke, and after the server said goodbye.
RETRY = b"retry: 1000\n\n"
GOODBYE = b"retry: 3000\n\n"


def event(name: str, data: object, id: object = None) -> bytes:
    """One event. Its `data` are told as JSON; bytes are that already, in one line."""
    text = data if isinstance(data, bytes) else msgspec.json.encode(data)
    begin = b"" if id is None else b"id: %b\n" % str(id).encode()
    return b"%bevent: %b\ndata: %b\n\n" % (begin, name.encode(), text)


def passed(id: object) -> bytes:
    """No event, but from where to go on."""
    return b"id: %b\n\n" % str(id).encode()


def pieces(events: Iterable[bytes]) -> Iterator[bytes]:
    """The events as they are sent, several together."""
    together = bytearray()
    for each in events:
        together += each
        if len(together) >= PIECE:
            yield bytes(together)
            together.clear()
    if together:
        yield bytes(together)


def answer(events: Callable[[], AsyncIterator[bytes]]) -> Response:
    """The answer to the current request. Who asks for its head alone is kept waiting for nothing.

    What listens slowly is written to slowly: the next piece is made when the last one is on
    its way. It ends with the token that was shown, at the next event or heartbeat.
    """
    if request.method == "HEAD":
        reply = Response(b"", content_type=CONTENT_TYPE)
        del reply.headers["Content-Length"]
    else:
        reply = Response(until_over(events(), still_good()), content_type=CONTENT_TYPE)
        reply.timeout = None
    reply.headers["X-Accel-Buffering"] = "no"
    return reply


async def until_over(
    pieces: AsyncIterator[bytes], still_good: Callable[[], bool]
) -> AsyncGenerator[bytes]:
    """The pieces, and none of them any more once whoever listens may not."""
    try:
        async for piece in pieces:
            if not still_good():
                yield GOODBYE
                return
            yield piece
    finally:
        if isinstance(pieces, AsyncGenerator):
            await pieces.aclose()
