"""The paths that supervisord answers at."""

from __future__ import annotations

import trio

from supervisor.socket.http import Answer, Request, Stream, complaint
from supervisor.socket.served import Served
from supervisor.socket.xmlrpc.asking import Asking
from supervisor.socket.xmlrpc.logtail import logtail, mainlogtail
from supervisor.socket.xmlrpc.rpc import Rpc


class Api:
    """What a call need not wait for is done in `nursery`."""

    def __init__(self, served: Served, nursery: trio.Nursery) -> None:
        self._output = served.output
        self._asking = Asking(served, nursery)
        self._rpc = Rpc(self._asking)

    async def respond(self, request: Request) -> Answer | Stream:
        match request.method, request.parts:
            case "POST", ["RPC2"]:
                return await self._rpc.respond(request.body)
            case "GET", ["logtail", *parts]:
                return await logtail(self._asking, parts)
            case "GET", ["mainlogtail"]:
                return mainlogtail(self._output)
            case _:
                return complaint(404, f"there is no {request.method} {request.target}")
