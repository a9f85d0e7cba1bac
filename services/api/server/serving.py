"""The server: it accepts, counts, and ends when asked to."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from time import time

import structlog
import trio
from hypercorn.config import Config
from hypercorn.typing import ASGIFramework

from services.api.server import answer
from services.api.server.beyond import Hypercorn
from services.api.server.connection import Behind, Connection
from services.api.server.patience import Patience
from services.http11.accepting import BACKLOG, accept
from services.http11.limits import Tally, room_for

log = structlog.get_logger()

FULL = "cannot serve you now: there are too many connections; try again later"
RETRY = (b"retry-after", b"5")  # seconds
COMING = 0.75  # the share of a stop's time in which a request may still come; then it is told


class Server:
    """Serves an ASGI application over HTTP/1.1.

    `client` says by an address whose connections are counted together: nobody has more than half of
    all, but who is None.
    """

    def __init__(
        self,
        app: ASGIFramework,
        config: Config,
        patience: Patience,
        client: Callable[[str], str | None],
    ) -> None:
        self._dates = answer.Dates()
        self._hypercorn = Hypercorn(app, config, patience)
        self._behind = Behind(app, patience, self._dates, self._hypercorn.serve)
        self._connections: set[Connection] = set()
        room = room_for(patience.connections, 1)
        self._tally = Tally(room, max(1, room // 2))
        self._client = client

    async def serve(
        self,
        listener: socket.socket,
        stopping: trio.Event,
        close_within: float,
        ready: Callable[[], None],
    ) -> None:
        """Until `stopping`; what is asked then has `close_within` seconds more."""
        listener.listen(BACKLOG)
        async with trio.open_nursery() as nursery:

            def admit(sock: socket.socket, address: str) -> None:
                client = self._client(address)
                if self._tally.enter(client):
                    nursery.start_soon(self._attend, sock, client)
                    return
                with sock, suppress(OSError):
                    sock.send(answer.problem(503, FULL, self._dates.line(time()), RETRY))

            async with trio.open_nursery() as accepting:
                accepting.start_soon(accept, listener, admit)
                ready()
                await stopping.wait()
                accepting.cancel_scope.cancel()
            listener.close()
            nursery.cancel_scope.deadline = trio.current_time() + close_within
            for connection in tuple(self._connections):
                connection.stop(close_within * COMING)
            await self._hypercorn.stop()

    async def _attend(self, sock: socket.socket, client: str | None) -> None:
        try:
            await self._serve(sock)
        finally:
            self._tally.leave(client)

    async def _serve(self, sock: socket.socket) -> None:
        try:
            connection = Connection(sock, self._behind)
        except OSError:  # gone meanwhile
            sock.close()
            return
        self._connections.add(connection)
        try:
            await connection.serve()
        except Exception:
            log.exception("connection failed")
        finally:
            self._connections.discard(connection)
