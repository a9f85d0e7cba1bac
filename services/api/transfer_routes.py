"""What is under way with remotes, as server-sent events."""

from __future__ import annotations

import trio
from quart import Blueprint, Response

from services.api.board_events import event, stream
from services.messages import Transfers
from supervisor.cell import Cell


def transfer_routes(board: Cell[Transfers | None], stopping: trio.Event) -> Blueprint:
    routes = Blueprint("transfers", __name__)

    @routes.get("/v1/transfers")
    async def transfers() -> Response:
        return stream(board, stopping, show)

    return routes


def show(transfers: Transfers | None) -> bytes:
    return event("transfers", transfers or Transfers({}))
