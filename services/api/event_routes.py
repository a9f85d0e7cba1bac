"""The route for what happens in a thread, as it happens."""

from __future__ import annotations

import trio
from quart import Blueprint, Response, request

from services.api.asking import Asking
from services.api.journal_events import AT_ONCE, follow, resumed
from services.api.schema import thread_key
from services.api.sse import answer
from services.messages import EventPage, ReadEvents


def event_routes(asking: Asking, stopping: trio.Event) -> Blueprint:
    routes = Blueprint("events", __name__)

    @routes.get("/v1/threads/<client>/<user>/<thread>/events")
    async def events(client: str, user: str, thread: str) -> Response:
        key = thread_key(client, user, thread)
        after = resumed(request.headers.get("Last-Event-ID"), request.args.get("after"))

        async def read(after: int, wait: float) -> EventPage:
            return await asking.ask("agent", ReadEvents(key, after, wait, AT_ONCE))

        # Asked before the answer begins: a thread that there is not is 404.
        first = await read(after, 0.0)
        return answer(lambda: follow(read, first, after, stopping))

    return routes
