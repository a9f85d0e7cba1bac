"""The routes for what services write: all of it for operators, a preview's for its thread."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import trio
from msgspec import Meta
from quart import Blueprint, Response, request

from services.api.asking import Asking
from services.api.commands import Commands
from services.api.operation import Needs, operation
from services.api.reading import prefers
from services.api.shapes import Query
from services.api.streams.audience import Audience
from services.api.streams.holding import Holding
from services.api.streams.logs import Reading, follow
from services.api.streams.places import parsed, passage
from services.api.streams.sse import answer
from services.api.v1.log_replies import LogEvents, LogsReply, Stream, described, logs_reply
from services.api.v1.paths import THREAD
from services.messages import ThreadKey, server_of
from supervisor.context import OURS, Logs

RESUME = {"Last-Event-ID": "the id of a line, after which to go on; before `after`"}


class WhichLines(Query, frozen=True, kw_only=True):
    """Which lines: of one stream, after one of them, or else the last ones that are kept."""

    lines: Annotated[int, Meta(ge=0, le=1000)] = 1000
    stream: Stream | None = None
    after: str | None = None


class WhichPreviewLines(WhichLines, frozen=True, kw_only=True):
    """The same of a preview, or of what serves its production build."""

    stream: Stream | None = "stderr"
    built: bool = False


def log_routes(
    asking: Asking, commands: Commands, logs: Logs, stopping: trio.Event, audience: Audience
) -> Blueprint:
    routes = Blueprint("logs", __name__)

    @routes.get("/v1/services/<name>/logs")
    @operation(
        "readServiceLogs",
        LogsReply,
        LogEvents,
        query=WhichLines,
        headers=RESUME,
        needs=Needs.OPERATOR,
        problems=(404,),
    )
    async def service_logs(name: str, query: WhichLines) -> LogsReply | Response:
        """The last lines that a service wrote, and with `Accept: text/event-stream` those to come.

        `nurseryd` is the daemon itself. Some hundred lines of each service are kept, and those of
        an instance of a template until it vanishes. The stream has `event: line` for each line,
        and `event: missed` where `lines` are not there any more: they came while nobody listened,
        or who listens was too slow; with `anew` the service has begun to count anew since then,
        and more may be missing. Secrets are hidden, as in the daemon's log.
        """
        if name != OURS:
            commands.status(name)
        return shown(name, query)

    @routes.get(f"{THREAD}/preview/logs")
    @operation("readPreviewLogs", LogsReply, LogEvents, query=WhichPreviewLines, headers=RESUME)
    async def preview_logs(key: ThreadKey, query: WhichPreviewLines) -> LogsReply | Response:
        """What a thread's preview wrote: `console.log` of its pages, and warnings of Astro.

        They are those of the server that runs, and there are none while the preview sleeps; a
        stream goes on when it wakes. All that a site writes is on stderr; on stdout are reports of
        the server, each a JSON object. `?built=1` is what serves the production build. Otherwise as
        for services.
        """
        await asking.workspace(key)
        return shown(server_of(key.built_id if query.built else key.preview_id), query)

    def shown(service: str, query: WhichLines) -> LogsReply | Response:
        after = parsed(request.headers.get("Last-Event-ID"), query.after)
        if prefers(LogEvents):
            reading = Reading(after, query.lines, query.stream, described)
            asker = audience.admit()
            told = partial(follow, logs, service, reading, stopping)
            return answer(lambda: audience.keep(asker, Holding(told)))
        read = passage(after, logs.kept(service), query.stream)
        return logs_reply(read.last(query.lines) if after is None else read)

    return routes
