"""The control socket's server: who may ask, and in which language."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import structlog
import trio

from supervisor.socket.endpoint import Endpoint, peer_uid, trusted
from supervisor.socket.http import Answer, Request, Respond, Stream, converse
from supervisor.socket.routes import respond
from supervisor.socket.served import Served

if TYPE_CHECKING:
    from supervisor.socket.xmlrpc.api import Api

log = structlog.get_logger()

SUPERVISORD = frozenset(("RPC2", "logtail", "mainlogtail"))


async def serve(endpoint: Endpoint, served: Served) -> None:
    """Answer until cancelled; then the socket's file is gone."""
    try:
        async with trio.open_nursery() as nursery:
            languages = _Languages(served, nursery)
            await trio.serve_listeners(partial(_connection, languages.respond), [endpoint.listener])
    finally:
        endpoint.close()


async def _connection(respond: Respond, stream: trio.SocketStream) -> None:
    async with stream:
        if trusted(uid := peer_uid(stream)):
            await converse(stream, respond)
        else:
            log.warning("control socket refused a user", uid=uid)


class _Languages:
    """Our own JSON, and supervisord's XML-RPC, which is learnt when somebody first speaks it."""

    def __init__(self, served: Served, nursery: trio.Nursery) -> None:
        self._served = served
        self._nursery = nursery
        self._supervisord: Api | None = None

    async def respond(self, request: Request) -> Answer | Stream:
        if request.parts[0] not in SUPERVISORD:
            return await respond(self._served, request)
        if self._supervisord is None:
            from supervisor.socket.xmlrpc.api import Api

            self._supervisord = Api(self._served, self._nursery)
        return await self._supervisord.respond(request)
