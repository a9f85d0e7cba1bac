"""The routes for what happens, as it happens: in a thread, or in all."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta
from quart import Blueprint, Response, request

from services.api.auth import caller, permit
from services.api.errors import Problem
from services.api.operation import Needs, operation
from services.api.shapes import Query
from services.api.streams.journal_events import ThreadEvents
from services.api.streams.journals import opening, resumed
from services.api.streams.sse import RETRY
from services.api.v1.journals import Journals
from services.api.v1.paths import THREAD
from services.messages import Scope, ThreadKey
from supervisor.desk import Refused

RESUME = {"Last-Event-ID": "the id of the last event that was seen; EventSource sends it by itself"}


EventId = Annotated[str, Meta(pattern="^[0-9]{0,18}$", description="The id of an event.")]


class After(Query, frozen=True, kw_only=True):
    """Where a stream begins; `Last-Event-ID` counts more."""

    after: EventId | None = None


class Within(After, frozen=True, kw_only=True):
    scope: Annotated[str, Meta(description="client:a, user:a/b or thread:a/b/c")] | None = None


def event_routes(journals: Journals) -> Blueprint:
    routes = Blueprint("events", __name__)

    @routes.get(f"{THREAD}/events")
    @operation("followThread", ThreadEvents, query=After, headers=RESUME)
    async def of_one(key: ThreadKey, query: After) -> Response:
        """What happens in a thread, as server-sent events, from its first event on.

        Each has as its `id` its number in the thread, as `event` its type, as `data` a JSON object
        with both and more. With `after`, or the header `Last-Event-ID`, it begins after that
        one. The thread's list of turns says with `lastEvent` where to go on from there. Events
        of types that you do not know are to be passed over.
        """
        after = resumed(request.headers.get("Last-Event-ID"), query.after) or 0
        listening = await journals.of_thread(key, after)
        return listening.answer(RETRY)

    @routes.get("/v1/events")
    @operation(
        "followAll", ThreadEvents, query=Within, headers=RESUME, needs=Needs.ANYONE, problems=(503,)
    )
    async def of_all(query: Within) -> Response:
        """What happens in all threads that your token reaches, as server-sent events.

        Each is as in the stream of its thread, with `clientId`, `userId` and `threadId` in its
        `data`. Its `id` is another one: it increases over all threads, in microseconds of Unix
        time. It begins with what happens from now on, with `after`, or the header
        `Last-Event-ID`, after that event, and so with `after=0` with the first one that there is.
        Within each thread, events are in their order, and whoever resumes misses none and has
        none twice. `scope` narrows it to a client, a user or a thread.
        """
        scope = narrowed(query.scope)
        after = resumed(request.headers.get("Last-Event-ID"), query.after)
        listening = await journals.of_threads(scope, after)
        return listening.answer(opening(listening.first.reached if after is None else after))

    return routes


def narrowed(text: str | None) -> Scope:
    """The scope that somebody wants; raises `Problem` where it is none, or not theirs."""
    if not text:
        return caller()
    try:
        scope = Scope.parse(text)
    except Refused as refusal:
        raise Problem(400, str(refusal)) from refusal
    permit(scope)
    return scope
