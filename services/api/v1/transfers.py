"""What is under way with remotes, as server-sent events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import trio
from msgspec import Struct
from quart import Blueprint, Response

from services.api.auth import caller
from services.api.operation import Needs, operation
from services.api.shapes import EventStream
from services.api.streams.audience import Audience
from services.api.streams.boards import stream
from services.api.streams.sse import event
from services.messages import Scope, Transfers
from supervisor.cell import Cell


class TransferEvents(EventStream, frozen=True, kw_only=True):
    """All that is under way, again with each change."""

    events: ClassVar[Mapping[str, type[Struct]]] = {"transfers": Transfers}


def transfer_routes(
    board: Cell[Transfers | None], stopping: trio.Event, audience: Audience
) -> Blueprint:
    routes = Blueprint("transfers", __name__)

    @routes.get("/v1/transfers")
    @operation("followTransfers", TransferEvents, needs=Needs.ANYONE)
    async def transfers() -> Response:
        """What is cloned, fetched and pushed, as events.

        An event `transfers` has all that is `running` of the users that the token is good for, by
        `client/user`, and comes again with each change.
        """
        scope = caller()
        return stream(audience, board, stopping, lambda now: within(now, scope), show)

    return routes


def within(transfers: Transfers | None, scope: Scope) -> Transfers:
    """Those of users within `scope`."""
    running = transfers.running if transfers is not None else {}
    return Transfers(
        {
            whose: transfer
            for whose, transfer in running.items()
            if scope.covers(Scope(*whose.split("/")))
        }
    )


def show(transfers: Transfers) -> bytes:
    return event("transfers", transfers)
