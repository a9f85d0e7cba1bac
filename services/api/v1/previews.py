"""The routes for previews: to look at them, command them, and hand out links to them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Annotated, ClassVar

import trio
from msgspec import Meta, Struct
from quart import Blueprint, Response

from services.api.addresses import LINK_SECONDS, Addresses
from services.api.asking import Asking
from services.api.auth import asker, caller
from services.api.operation import Needs, operation
from services.api.reading import prefers
from services.api.shapes import Body, EventStream, Nothing
from services.api.streams.audience import Audience
from services.api.streams.boards import stream
from services.api.streams.sse import event
from services.api.v1.paths import THREAD
from services.api.v1.preview_replies import (
    BuiltReply,
    LinkReply,
    PreviewReply,
    PreviewsReply,
    ThreadPreviewsReply,
    build_outcome,
    listed,
    of_thread,
    outcome,
)
from services.messages import BuildSite, RestartPreview, Routes, StopPreview, ThreadKey
from services.moments import instant
from supervisor.cell import Cell
from supervisor.desk import NotFound

PREVIEW = f"{THREAD}/preview"
LONGEST_LINK = 7 * 24 * 3600  # seconds


class LinkBody(Body, frozen=True, kw_only=True):
    """How long a link is good for, and whether it is to what was built."""

    seconds: Annotated[int, Meta(ge=1, le=LONGEST_LINK)] = LINK_SECONDS
    built: bool = False


class PreviewEvents(EventStream, frozen=True, kw_only=True):
    """All previews, again with each change."""

    events: ClassVar[Mapping[str, type[Struct]]] = {"previews": PreviewsReply}


def preview_routes(
    asking: Asking,
    addresses: Addresses,
    board: Cell[Routes | None],
    stopping: trio.Event,
    audience: Audience,
) -> Blueprint:
    routes = Blueprint("previews", __name__)

    @routes.get("/v1/previews")
    @operation("listPreviews", PreviewsReply, PreviewEvents, needs=Needs.ANYONE)
    async def previews() -> PreviewsReply | Response:
        """The previews of all threads that the token is good for.

        With `Accept: text/event-stream` the same as an event `previews`, and again with each
        change.
        """
        scope = caller()

        def seen(now: Routes | None) -> PreviewsReply:
            return listed(now, scope, addresses)

        if prefers(PreviewEvents):
            return stream(audience, board, stopping, seen, lambda now: event("previews", now))
        return seen(board.value)

    @routes.get(PREVIEW)
    @operation("getPreview", ThreadPreviewsReply)
    async def look(key: ThreadKey) -> ThreadPreviewsReply:
        """A thread's preview, and what serves its last good build."""
        found = of_thread(board.value, key, addresses)
        if found == ThreadPreviewsReply(preview=None, built=None):
            raise NotFound(f"cannot find a preview of {key}: start one with POST, at this address")
        return found

    @routes.post(PREVIEW)
    @operation("startPreview", PreviewReply, (202, PreviewReply), body=Nothing, problems=(422,))
    async def start(key: ThreadKey, body: Nothing) -> tuple[PreviewReply, int]:
        """See to it that a thread has a preview; answered at once.

        200 for one that can be seen, 202 for one that will be, 422 with the `preview` for a site
        that does not start.
        """
        asking.note_write()
        return outcome(await asking.preview(await asking.workspace(key)), addresses)

    @routes.delete(PREVIEW)
    @operation("stopPreview", (204, None))
    async def stop(key: ThreadKey) -> None:
        """End a thread's preview and what serves its build; nothing is done if there is none."""
        asking.note_write()
        await asking.ask("previews", StopPreview(key))

    @routes.post(f"{PREVIEW}/restart")
    @operation("restartPreview", PreviewReply, (202, PreviewReply), body=Nothing, problems=(422,))
    async def restart(key: ThreadKey, body: Nothing) -> tuple[PreviewReply, int]:
        """Give a thread's preview a new dev server; answered when it runs, or will not."""
        asking.note_write()
        return outcome(await asking.ask("previews", RestartPreview(key)), addresses)

    @routes.post(f"{PREVIEW}/build")
    @operation("buildSite", BuiltReply, body=Nothing, problems=(422,))
    async def build(key: ThreadKey, body: Nothing) -> BuiltReply:
        """Build a thread's site as it is now, and serve it at a preview of its own.

        Answered when it is done: 422 with the `errors` of a site that cannot be built, and the
        last lines of the `output`. Until then, and then, the last good build is served.
        """
        asking.note_write()
        await asking.workspace(key)
        return build_outcome(await asking.ask("previews", BuildSite(key)), addresses)

    @routes.post(f"{PREVIEW}/link")
    @operation("linkPreview", LinkReply, body=LinkBody, looks=True)
    async def link(key: ThreadKey, body: LinkBody) -> LinkReply:
        """An address that shows a thread's preview to anybody for a time.

        No longer than the token is good that it is asked for with: `expires` says until when. A
        token that may only read is enough.
        """
        await asking.workspace(key)
        own = asker()
        expires = own.until(int(time.time()) + body.seconds)
        url = addresses.link(key.built_id if body.built else key.preview_id, own, expires)
        return LinkReply(url=url, expires=instant(expires))

    return routes
