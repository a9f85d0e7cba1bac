"""The routes for previews: to look at them, command them, and hand out links to them."""

from __future__ import annotations

import time
from typing import Any

import trio
from quart import Blueprint, Response, request

from services.api.addresses import Addresses
from services.api.asking import Asking
from services.api.board_events import event, stream
from services.api.preview_replies import (
    Reply,
    built_reply,
    described,
    listed,
    moment,
    preview_reply,
)
from services.api.reading import body_of
from services.api.schema import LinkBody, thread_key
from services.messages import BuildSite, RestartPreview, Routes, StopPreview
from supervisor.cell import Cell
from supervisor.desk import NotFound

THREAD = "/v1/threads/<client>/<user>/<thread>"
EVENTS = "text/event-stream"


def preview_routes(
    asking: Asking, addresses: Addresses, board: Cell[Routes | None], stopping: trio.Event
) -> Blueprint:
    routes = Blueprint("previews", __name__)

    def show(now: Routes | None) -> bytes:
        return event("previews", listed(now, addresses))

    @routes.get("/v1/previews")
    async def previews() -> dict[str, Any] | Response:
        """JSON, or for `Accept: text/event-stream` the same, and again with each change."""
        accepted = request.accept_mimetypes.best_match(["application/json", EVENTS])
        if accepted == EVENTS:
            return stream(board, stopping, show)
        return {"success": True, **listed(board.value, addresses)}

    @routes.get(f"{THREAD}/preview")
    async def look(client: str, user: str, thread: str) -> dict[str, Any]:
        key = thread_key(client, user, thread)
        known = board.value.previews if board.value is not None else {}
        preview, built = known.get(key.preview_id), known.get(key.built_id)
        if preview is None and built is None:
            raise NotFound(f"cannot find a preview of {key}: start one with POST, at this address")
        return {
            "success": True,
            "preview": preview and described(preview, addresses),
            "built": built and described(built, addresses),
        }

    @routes.post(f"{THREAD}/preview")
    async def start(client: str, user: str, thread: str) -> Reply:
        key = thread_key(client, user, thread)
        asking.note_write()
        return preview_reply(await asking.preview(await asking.workspace(key)), addresses)

    @routes.delete(f"{THREAD}/preview")
    async def stop(client: str, user: str, thread: str) -> dict[str, Any]:
        key = thread_key(client, user, thread)
        asking.note_write()
        await asking.ask("previews", StopPreview(key))
        return {"success": True}

    @routes.post(f"{THREAD}/preview/restart")
    async def restart(client: str, user: str, thread: str) -> Reply:
        key = thread_key(client, user, thread)
        asking.note_write()
        return preview_reply(await asking.ask("previews", RestartPreview(key)), addresses)

    @routes.post(f"{THREAD}/preview/build")
    async def build(client: str, user: str, thread: str) -> Reply:
        key = thread_key(client, user, thread)
        asking.note_write()
        await asking.workspace(key)
        return built_reply(await asking.ask("previews", BuildSite(key)), addresses)

    @routes.post(f"{THREAD}/preview/link")
    async def link(client: str, user: str, thread: str) -> dict[str, Any]:
        key = thread_key(client, user, thread)
        body = await body_of(LinkBody)
        await asking.workspace(key)
        expires = int(time.time()) + body.seconds
        url = addresses.link(key.built_id if body.built else key.preview_id, expires)
        return {"success": True, "url": url, "expires": moment(expires)}

    return routes
