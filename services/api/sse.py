"""Server-sent events: an answer that goes on for as long as whoever asked listens."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from quart import Response, request

HEARTBEAT = 15.0  # seconds; proxies drop a connection on which nothing is said for a minute
NOTHING_NEW = b": nothing new\n\n"
CONTENT_TYPE = "text/event-stream; charset=utf-8"


def answer(events: Callable[[], AsyncIterator[bytes]]) -> Response:
    """The answer to the current request. Who asks for its head alone is kept waiting for nothing.

    What listens slowly is written to slowly: the next piece is made when the last one is on
    its way.
    """
    if request.method == "HEAD":
        reply = Response(b"", content_type=CONTENT_TYPE)
        del reply.headers["Content-Length"]
    else:
        reply = Response(events(), content_type=CONTENT_TYPE)
        reply.timeout = None
    reply.headers["X-Accel-Buffering"] = "no"
    return reply
