"""Bodies that are read piece by piece: what nobody has taken yet is left with who sends it.

Quart takes in whatever comes, however slowly a view reads it, so that a large body would be in
memory as a whole when the disk is slower than the network.
"""

from __future__ import annotations

import trio
from hypercorn.typing import ASGIReceiveCallable, ASGIReceiveEvent
from quart.wrappers import Request
from quart_trio import QuartTrio

from services.api.server.quick import WholeRequest

ROOM = 256 * 1024  # bytes that may wait to be taken


class PacedBody(QuartTrio.request_class.body_class):
    """A body that has room for so much; for whoever iterates over it."""

    def __init__(self, expected_content_length: int | None, max_content_length: int | None) -> None:
        super().__init__(expected_content_length, max_content_length)
        self._taken = trio.Event()

    async def __anext__(self) -> bytes:
        data = await super().__anext__()
        self._taken.set()
        return data

    async def room(self) -> None:
        """Wait until there is room for more."""
        while len(self._data) > ROOM:
            self._taken = trio.Event()
            await self._taken.wait()


class PacedRequest(WholeRequest):
    """Takes in no more of a request than there is room for in its body, where that is paced."""

    async def handle_messages(
        self, nursery: trio.Nursery, request: Request, receive: ASGIReceiveCallable
    ) -> None:
        body = request.body
        if not isinstance(body, PacedBody):
            await super().handle_messages(nursery, request, receive)
            return

        async def receive_in_time() -> ASGIReceiveEvent:
            await body.room()
            return await receive()

        await super().handle_messages(nursery, request, receive_in_time)
