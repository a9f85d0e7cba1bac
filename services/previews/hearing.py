"""Hears what the runners report: shows it on the board, and tells the threads."""

from __future__ import annotations

from collections.abc import Callable

import structlog
import trio

from services.messages import SERVERS, PreviewState
from services.previews import reports
from services.previews.board import Board
from supervisor.context import Context
from supervisor.model import Report

log = structlog.get_logger()


async def hear(ctx: Context[object], board: Board, used: Callable[[str], None]) -> None:
    """Hear them until cancelled; `used` is told which preview a browser saw an edit of.

    A `PreviewEvent` that finds no room is lost: nobody waits for whoever receives them.
    """
    with ctx.receiver("runner", Report) as said, ctx.sender("preview_events", object) as tell:
        async for report in said:
            preview_id = report.service.removeprefix(SERVERS)
            preview = board.previews.get(preview_id)
            understood = reports.read(report.record)
            if preview is None or understood is None or preview.state is PreviewState.ASLEEP:
                continue
            board.show(reports.shown(preview, understood))
            if isinstance(understood, reports.Updated) and preview.clients:
                used(preview_id)
            if (event := reports.news(preview, understood)) is not None:
                try:
                    tell.send_nowait(event)
                except trio.WouldBlock:
                    log.warning("preview event lost", preview=preview_id, kind=event.kind)
