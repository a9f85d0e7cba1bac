"""What anybody may see over the network: health and metrics, and nothing that changes a thing."""

from __future__ import annotations

import os
from functools import partial

import trio

from supervisor.address import address_of
from supervisor.socket.endpoint import SocketBusy
from supervisor.socket.http import Answer, Request, complaint, converse
from supervisor.socket.observing import health, metrics
from supervisor.socket.served import Served

CONNECTIONS = 64  # at once
PATIENCE = 10.0  # seconds that a client may be silent, or slow


async def open_public(text: str) -> list[trio.SocketListener]:
    """Listen on such an address; raises `SocketBusy` where that cannot be."""
    host, port = address_of(text) or ("", 0)
    try:
        return await trio.open_tcp_listeners(port, host=host)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
        raise SocketBusy(
            f"cannot listen on {text}: {reason}; set supervisor.http to another address"
        ) from None


async def serve_public(listeners: list[trio.SocketListener], served: Served) -> None:
    """Answer until cancelled.

    Where too many come, those that have been there longest go: whoever keeps connections to say
    nothing, or little, keeps no probe out.
    """
    guests: dict[trio.CancelScope, None] = {}

    async def connection(stream: trio.SocketStream) -> None:
        async with stream:
            with trio.CancelScope() as scope:
                guests[scope] = None
                if len(guests) > CONNECTIONS:
                    longest = next(iter(guests))
                    del guests[longest]
                    longest.cancel()
                await converse(stream, partial(_respond, served), patience=PATIENCE, reuse=True)
            guests.pop(scope, None)

    await trio.serve_listeners(connection, listeners)


async def _respond(served: Served, request: Request) -> Answer:
    match request.method, request.parts:
        case "GET", ["health"]:
            return await health(served, request.query.get("level", "ready"), in_brief=True)
        case "GET", ["health", "live"]:
            return await health(served, "alive", in_brief=True)
        case "GET", ["health", "ready"]:
            return await health(served, request.query.get("level", "ready"), in_brief=True)
        case "GET", ["metrics"]:
            return await metrics(served)
        case _:
            return complaint(404, "there are /health, /health/live, /health/ready and /metrics")
