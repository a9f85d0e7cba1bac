"""The original's routes for the site itself: to start it anew, and to build it."""

from __future__ import annotations

from quart import Blueprint

from services.api.addresses import Addresses
from services.api.asking import Asking
from services.api.preview_replies import Reply, astro_reply, built_reply
from services.api.schema import thread_key
from services.messages import BuildSite, RestartPreview, Routes
from supervisor.cell import Cell

THREAD = "<client>/<user>/<thread>"


def astro_routes(asking: Asking, addresses: Addresses, board: Cell[Routes | None]) -> Blueprint:
    routes = Blueprint("astro", __name__)

    @routes.post(f"/api/astro/restart/{THREAD}")
    async def restart(client: str, user: str, thread: str) -> Reply:
        """As in the original, a site that does not run is started."""
        key = thread_key(client, user, thread)
        asking.note_write()
        workspace = await asking.workspace(key)
        open_ = board.value is not None and key.preview_id in board.value.previews
        if open_:
            return astro_reply(await asking.ask("previews", RestartPreview(key)), addresses)
        return astro_reply(await asking.preview(workspace), addresses)

    @routes.post(f"/api/astro/build/{THREAD}")
    async def build(client: str, user: str, thread: str) -> Reply:
        key = thread_key(client, user, thread)
        asking.note_write()
        await asking.workspace(key)
        reply, status = built_reply(await asking.ask("previews", BuildSite(key)), addresses)
        if status == 200:
            reply["message"] = "Build completed successfully"
        return reply, status

    return routes
