"""The routes for the supervised services: how they are, and to start, stop and restart them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any

import trio
from msgspec import Meta
from quart import Blueprint, Response, request

from services.api.asking import Asking
from services.api.commands import Command, Commands
from services.api.errors import Problem
from services.api.operation import Needs, View, operation
from services.api.shapes import Nothing, Query
from services.api.streams.audience import Audience
from services.api.streams.changes import changes
from services.api.streams.holding import Holding
from services.api.streams.journals import resumed
from services.api.streams.sse import answer
from services.api.v1.service_replies import (
    CommandReply,
    ServiceEvents,
    ServiceReply,
    ServicesReply,
    described,
    listed,
    started,
    stopped,
)
from supervisor.control import RestartService, Start, Stop
from supervisor.desk import NotFound
from supervisor.events import Events

SERVICES = "/v1/services"
SERVICE = f"{SERVICES}/<name>"
# Seconds: load balancers give up a request on which nothing was said for a minute.
LONGEST = 55.0
REFUSALS = (404, 409, 422, 503)
RESUME = {"Last-Event-ID": "the id of the last event that was seen, after which numbering goes on"}


class Patience(Query, frozen=True, kw_only=True):
    """For how many seconds to wait for the outcome; with 0 the answer is 202 at once."""

    timeout: Annotated[float, Meta(ge=0, le=LONGEST)] = LONGEST


def command(id: str) -> Callable[[Callable[..., Awaitable[Any]]], View]:
    """An operation that commands a service, and waits for the outcome."""
    return operation(
        id,
        CommandReply,
        (202, CommandReply),
        body=Nothing,
        query=Patience,
        needs=Needs.OPERATOR,
        problems=REFUSALS,
    )


def service_routes(
    commands: Commands,
    asking: Asking,
    events: Events,
    stopping: trio.Event,
    audience: Audience,
) -> Blueprint:
    routes = Blueprint("services", __name__)

    @routes.get(SERVICES)
    @operation("listServices", ServicesReply, needs=Needs.OPERATOR)
    async def services() -> ServicesReply:
        """All services as they are, instances of templates too."""
        return listed(events.snapshot)

    @routes.get(f"{SERVICES}/events")
    @operation(
        "watchServices", ServiceEvents, headers=RESUME, needs=Needs.OPERATOR, problems=(400,)
    )
    async def watch() -> Response:
        """All services as they are, then each change.

        `event: snapshot` with `services`, as the list has them, comes first, and again whenever
        whoever listens fell behind; `event: changed` with one `service`; `event: vanished` with
        its `name`. Ids increase by one from event to event.
        """
        after = resumed(request.headers.get("Last-Event-ID"), None) or 0
        asker = audience.admit()
        told = partial(changes, events, after, described, stopping)
        return answer(lambda: audience.keep(asker, Holding(told)))

    @routes.get(SERVICE)
    @operation("getService", ServiceReply, needs=Needs.OPERATOR, problems=(404,))
    async def look(name: str) -> ServiceReply:
        """One service, as it is now."""
        return ServiceReply(service=described(commands.status(name)))

    @routes.post(f"{SERVICE}/start")
    @command("startService")
    async def start(name: str, body: Nothing, query: Patience) -> tuple[CommandReply, int]:
        """Start a service.

        200 when it is ready, 202 with the service as it is when the timeout is over: it goes on
        starting. 422 with the `service` where it does not come up. Instances of templates are
        started by those who need them, the servers of previews by the routes for previews.
        """
        try:
            commands.status(name)
        except NotFound as missing:
            raise NotFound(
                f"{missing}; the server of a preview is started with"
                " POST /v1/threads/CLIENT/USER/THREAD/preview"
            ) from missing
        return await carried_out(Start(name), query.timeout)

    @routes.post(f"{SERVICE}/stop")
    @command("stopService")
    async def stop(name: str, body: Nothing, query: Patience) -> tuple[CommandReply, int]:
        """Stop a service; those that need it go on without it.

        200 when nothing of it is left, 202 with the service as it is when the timeout is over: it
        goes on stopping. It stays down until somebody starts it, or the container. An `essential`
        one can be stopped too, which `warning` says the meaning of; the API itself cannot, since
        nobody could start it again this way.
        """
        if name == commands.own:
            raise Problem(
                409,
                f"cannot stop {name} over itself: nobody could start it again this way; restart it,"
                f" or use `nurseryctl stop {name}` in the container",
            )
        return await carried_out(Stop(name), query.timeout)

    @routes.post(f"{SERVICE}/restart")
    @command("restartService")
    async def restart(name: str, body: Nothing, query: Patience) -> tuple[CommandReply, int]:
        """Give a service a new life, and start it if it is down.

        200 when that is ready, 202 with the service as it is when the timeout is over: it goes
        on. 422 with the `service` where it does not come up. That of the API itself is answered
        with 202 before it begins.
        """
        itself = name == commands.own
        return await carried_out(RestartService(name), 0.0 if itself else query.timeout)

    async def carried_out(command: Command, patience: float) -> tuple[CommandReply, int]:
        asking.note_write()
        status, done = await commands.carry_out(command, patience)
        if not done:
            return CommandReply(service=described(status), warning=None), 202
        return stopped(status) if isinstance(command, Stop) else started(status), 200

    return routes
