"""The original's routes for the site itself: to start it anew, and to build it."""

from __future__ import annotations

from quart import Blueprint

from services.api.addresses import Addresses
from services.api.asking import Asking
from services.api.operation import operation
from services.api.original.astro_replies import (
    OriginalBuildFailure,
    OriginalBuildReply,
    OriginalRestartFailure,
    OriginalRestartReply,
    build_reply,
    restart_reply,
)
from services.api.shapes import Nothing
from services.messages import BuildSite, RestartPreview, Routes, ThreadKey
from supervisor.cell import Cell

THREAD = "<client>/<user>/<thread>"


def astro_routes(asking: Asking, addresses: Addresses, board: Cell[Routes | None]) -> Blueprint:
    routes = Blueprint("astro", __name__)

    @routes.post(f"/api/astro/restart/{THREAD}")
    @operation("originalRestart", OriginalRestartReply, (422, OriginalRestartFailure), body=Nothing)
    async def restart(
        key: ThreadKey, body: Nothing
    ) -> tuple[OriginalRestartReply | OriginalRestartFailure, int]:
        """Start the dev server of a thread anew, or at all where it does not run."""
        asking.note_write()
        workspace = await asking.workspace(key)
        open_ = board.value is not None and key.preview_id in board.value.previews
        if open_:
            return restart_reply(await asking.ask("previews", RestartPreview(key)), addresses)
        return restart_reply(await asking.preview(workspace), addresses)

    @routes.post(f"/api/astro/build/{THREAD}")
    @operation("originalBuild", OriginalBuildReply, (422, OriginalBuildFailure), body=Nothing)
    async def build(
        key: ThreadKey, body: Nothing
    ) -> tuple[OriginalBuildReply | OriginalBuildFailure, int]:
        """Build the site of a thread for production; answered when that is done."""
        asking.note_write()
        await asking.workspace(key)
        return build_reply(await asking.ask("previews", BuildSite(key)))

    return routes
