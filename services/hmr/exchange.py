"""One request carried to a dev server, and its answer back, as a stream in both directions."""

from __future__ import annotations

from enum import Enum, auto

import h11
import trio

from services.hmr.headers import to_client
from services.hmr.peer import Peer


class End(Enum):
    """How an exchange ended, seen from the browser."""

    ANSWERED = auto()
    SWITCHED = auto()  # both ends agreed to go on as a WebSocket
    UNANSWERED = auto()  # the dev server ended without a word; the browser has seen nothing
    CUT = auto()  # it ended in mid-answer; only closing can tell the browser


async def carry(client: Peer, server: Peer, request: h11.Request, *, body: bool, port: int) -> End:
    """Carry `request`, its body as it comes if it has one, and the answer as it comes.

    What the server breaks is returned, what the browser breaks is raised: a
    `trio.BrokenResourceError` or `h11.RemoteProtocolError`, possibly in a group.
    """
    try:
        await server.send(request, *(() if body else (h11.EndOfMessage(),)))
    except trio.BrokenResourceError:
        return End.UNANSWERED
    if not body:
        return await _answer(client, server, port)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_send_body, client, server)
        end = await _answer(client, server, port)
        nursery.cancel_scope.cancel()
    return end


async def _send_body(client: Peer, server: Peer) -> None:
    while True:
        event = await client.receive()
        try:
            match event:
                case h11.Data():
                    await server.send(event)
                case _:
                    await server.send(h11.EndOfMessage())
                    return
        except trio.BrokenResourceError:
            return  # whoever reads the answer finds out too, and knows what to do


async def _answer(client: Peer, server: Peer, port: int) -> End:
    lost = End.UNANSWERED
    while True:
        try:
            event = await server.receive()
        except (trio.BrokenResourceError, h11.RemoteProtocolError):
            return lost
        match event:
            case h11.InformationalResponse(status_code=101):
                await client.send(event)
                return End.SWITCHED
            case h11.InformationalResponse():
                pass
            case h11.Response():
                head = h11.Response(
                    status_code=event.status_code,
                    reason=event.reason,
                    headers=to_client(list(event.headers), port=port),
                )
                lost = End.CUT
                await client.send(head)
            case h11.Data():
                await client.send(event)
            case h11.EndOfMessage():
                await client.send(h11.EndOfMessage())
                return End.ANSWERED
            case _:
                return lost
