"""What a route takes, what it answers and who may ask: said once, checked, and documented."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import partial, wraps
from http import HTTPStatus
from typing import Any, TypeAlias

import msgspec
from quart import Response

from services.api.reading import read_body, read_query
from services.api.server.quick import Alone
from services.api.shapes import Body, Media, ProblemDetails, Query, Reply, thread_key

View: TypeAlias = "Callable[..., Awaitable[Response]]"

_IDS = {"client", "user", "thread"}
_OPERATION = "operation"
_PAGE = "page"
_encode = msgspec.json.Encoder().encode


class Needs(Enum):
    """Who may ask."""

    NOBODY = auto()  # no token is needed
    ANYONE = auto()  # any token: the view shows and does no more than its scope covers
    PATH = auto()  # a token whose scope covers the client, user and thread in the path
    OPERATOR = auto()  # a token for everything


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the API as its documentation has it.

    `replies` are by status, one for each media type that may be asked for with Accept, the
    first where nothing is asked for; none at all with 204. `problems` are the statuses of
    refusals that are not common to all operations of its kind, `shapes` those of them that say
    more. `looks` says that a token that may only read is enough, whatever the method.
    """

    id: str
    replies: Mapping[int, tuple[type[Reply], ...]]
    body: type[Body] | Media | None = None
    query: type[Query] | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    needs: Needs = Needs.PATH
    problems: Collection[int] = ()
    shapes: Mapping[int, type[ProblemDetails]] = field(
        default_factory=dict[int, "type[ProblemDetails]"]
    )
    looks: bool = False


def operation(
    id: str,
    *replies: type[Reply] | tuple[int, type[Reply] | None] | None,
    body: type[Body] | Media | None = None,
    query: type[Query] | None = None,
    headers: Mapping[str, str] | None = None,
    needs: Needs = Needs.PATH,
    problems: Collection[int | tuple[int, type[ProblemDetails]]] = (),
    looks: bool = False,
) -> Callable[[Callable[..., Awaitable[Any]]], View]:
    """Make a view of a function that takes what it needs and returns a `Reply`.

    It is called with `key` in place of the three ids of a path (only `client` and `user` are
    passed as they are, checked), with `query` where the operation has one, and with a `body` that
    is JSON. A reply is alone, which is 200, or has its status beside it as in `(202, TurnReply)`;
    several with the same status are of different media types, see `reading.prefers`. The function
    returns the reply, or with it a status, or a status and headers, or a whole `Response`.
    `headers` are those that the request may have, with what they are for. A problem is a status,
    or `(status, shape)` where it says more. What `looks` changes nothing but the asker's own
    browser. Goes below the route's decorator.
    """
    described = Operation(
        id,
        _by_status(reply if isinstance(reply, tuple) else (200, reply) for reply in replies),
        body,
        query,
        headers or {},
        needs,
        frozenset(problem for problem in problems if isinstance(problem, int)),
        dict(problem for problem in problems if isinstance(problem, tuple)),
        looks,
    )

    def decorate(view: Callable[..., Awaitable[Any]]) -> View:
        @wraps(view)
        async def served(**path: str) -> Response:
            given: dict[str, Any] = _keyed(path)
            if query is not None:
                given["query"] = read_query(query)
            if isinstance(body, type):
                given["body"] = await read_body(body)
            return answered(await view(**given))

        vars(served)[_OPERATION] = described
        return served

    return decorate


def operation_of(view: Callable[..., Any] | None) -> Operation | None:
    """What was said of a view; None of one that is no operation, a page for example."""
    return getattr(view, _OPERATION, None)


def page(view: View) -> View:
    """Make a view a page for people, or a part of one: open to everybody, for nothing is in it.

    Goes below the route's decorator.
    """
    vars(view)[_PAGE] = True
    return view


def needs_of(view: Callable[..., Any] | None) -> Needs:
    """Who may have what a view serves: who covers its path, where nothing else was said."""
    described = operation_of(view)
    if described is not None:
        return described.needs
    return Needs.NOBODY if hasattr(view, _PAGE) else Needs.PATH


def looks(view: Callable[..., Any] | None) -> bool:
    """Whether what a view does by another method than GET changes nothing here."""
    described = operation_of(view)
    return described is not None and described.looks


def answered(returned: Any) -> Response:
    """What a view returned, as a response."""
    if isinstance(returned, Response):
        return returned
    reply, status, headers = _parts(returned)
    if reply is None:
        return Response(b"", HTTPStatus.NO_CONTENT, headers)
    return Response(_encode(reply), status, headers, content_type=reply.media_type)


def alone(views: Mapping[str, Callable[..., Any]], blueprint: str) -> dict[str, Alone]:
    """The operations of a blueprint, by endpoint, without what Quart and `operation` put around.

    For those that look at nothing of a request, not even at who asks.
    """
    return {
        endpoint: partial(_body_and_status, inspect.unwrap(view))
        for endpoint, view in views.items()
        if endpoint.startswith(f"{blueprint}.")
    }


async def _body_and_status(view: Callable[[], Awaitable[Any]]) -> tuple[bytes, int]:
    reply, status, _headers = _parts(await view())
    return _encode(reply), status


def _by_status(
    replies: Iterable[tuple[int, type[Reply] | None]],
) -> dict[int, tuple[type[Reply], ...]]:
    found: dict[int, tuple[type[Reply], ...]] = {}
    for status, reply in replies:
        found[status] = found.get(status, ()) + (() if reply is None else (reply,))
    return found


def _parts(returned: Any) -> tuple[Reply | None, int, dict[str, str]]:
    match returned:
        case (reply, status, headers):
            return reply, status, headers
        case (reply, status):
            return reply, status, {}
        case reply:
            return reply, HTTPStatus.OK, {}


def _keyed(path: dict[str, str]) -> dict[str, Any]:
    if path.keys() >= _IDS:
        rest = {name: value for name, value in path.items() if name not in _IDS}
        return {"key": thread_key(path["client"], path["user"], path["thread"]), **rest}
    if "user" in path:
        thread_key(path["client"], path["user"], "any")
    return dict(path)
