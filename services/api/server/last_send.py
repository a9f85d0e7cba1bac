"""Middleware that lets the last send of a response run to its end.

A request with `Connection: close` makes hypercorn announce the disconnect from inside the
application's last send; quart-trio answers a disconnect by cancelling the request. The cancel
would land in hypercorn's closing of the socket, which then stays open for ever
(https://github.com/pgjones/hypercorn/issues/330).
"""

from __future__ import annotations

import trio
from hypercorn.typing import (
    ASGIFramework,
    ASGIReceiveCallable,
    ASGISendCallable,
    ASGISendEvent,
    Scope,
)


class FinishLastSend:
    """An ASGI application whose last `http.response.body` is shielded from cancellation."""

    def __init__(self, app: ASGIFramework) -> None:
        self._app = app

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        async def send_whole(message: ASGISendEvent) -> None:
            last = message["type"] == "http.response.body" and not message.get("more_body", False)
            with trio.CancelScope(shield=last):
                await send(message)

        await self._app(scope, receive, send_whole)
