"""Quart without what this application does not use: a task more, sessions, names of hosts.

It stands on Quart 0.22, Quart-Trio 0.12 and werkzeug 3: `asgi_http_class`, `session_interface`,
`create_url_adapter` and `ensure_async` are where Quart asks to be overridden.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any, NamedTuple, TypeAlias, cast

from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, HTTPResponseStartEvent
from quart.sessions import NullSession, SessionInterface
from quart.utils import encode_headers
from quart.wrappers import Request
from quart.wrappers.base import BaseRequestWebsocket
from quart.wrappers.response import DataBody
from quart_trio import QuartTrio
from quart_trio.asgi import TrioASGIHTTPConnection
from werkzeug.datastructures import Headers
from werkzeug.routing import MapAdapter

from services.api.server.exchange import CANCELS

_LENGTH = b"content-length"

Alone: TypeAlias = "Callable[[], Awaitable[tuple[bytes, int]]]"
"""A view that looks at nothing of a request: the body of its answer, and the status."""


class Known(NamedTuple):
    """How an `Alone` was answered with 200, and to whom: `headers` but for the Content-Length."""

    given: object
    asked: tuple[str, bytes, bytes]
    view: Alone
    headers: list[tuple[bytes, bytes]]


class WholeRequest(TrioASGIHTTPConnection):
    """Serves in the task of the connection what came whole, and whose end the server watches for.

    Quart-Trio has a nursery with two tasks for that, one of them for the body and for who hangs up.
    """

    async def __call__(self, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        extensions = cast("dict[str, dict[Any, Any]]", self.scope["extensions"])
        memory = extensions.get(CANCELS)
        if memory is None:
            await super().__call__(receive, send)
            return
        known: Known | None = memory.get("known")
        if known is not None and self._is_the_same(known):
            data, status = await known.view()
            await _send(send, status, known.headers, data)
            return
        request = self._request(memory, send)
        message = await receive()
        assert message["type"] == "http.request"
        request.body.append(message["body"])
        request.body.set_complete()
        response = await self.app.handle_request(request)
        body = response.response
        if type(body) is not DataBody:
            await self._send_response(send, response)
            return
        headers = [one for one in encode_headers(response.headers) if one[0] != _LENGTH]
        await _send(send, response.status_code, headers, body.data[body.begin : body.end])
        view = cast("QuickQuart", self.app).alone.get(request.endpoint or "")
        if view is not None and response.status_code == 200 and request.method in ("GET", "HEAD"):
            memory["known"] = Known(self.scope["headers"], self._asked, view, headers)

    @property
    def _asked(self) -> tuple[str, bytes, bytes]:
        scope = self.scope
        return scope["method"], scope["raw_path"], scope["query_string"]

    def _is_the_same(self, known: Known) -> bool:
        """Whether this is, byte for byte, what was asked before on this connection."""
        return known.given is self.scope["headers"] and known.asked == self._asked

    def _request(self, memory: dict[Any, Any], send: ASGISendCallable) -> Request:
        """As Quart makes one; who asks again with the same header fields has the same `headers`."""
        scope = self.scope
        given = scope["headers"]
        if memory.get("given") is not given:
            memory["headers"] = self._create_request_from_scope(send).headers
            memory["given"] = given
        return self.app.request_class(
            scope["method"],
            scope["scheme"],
            scope["path"],
            scope["query_string"],
            memory["headers"],
            "",
            scope["http_version"],
            scope,
            body_timeout=None,  # all of it is here
            send_push_promise=_no_push,
        )


async def _send(
    send: ASGISendCallable, status: int, headers: list[tuple[bytes, bytes]], data: bytes
) -> None:
    # RFC 9110, 8.6: a 204 has none, and that of a 304 would be how long the other answer is.
    length = [] if status in (204, 304) else [(_LENGTH, b"%d" % len(data))]
    start = {"type": "http.response.start", "status": status, "headers": [*headers, *length]}
    await send(cast("HTTPResponseStartEvent", start))
    await send({"type": "http.response.body", "body": data, "more_body": False})


async def _no_push(path: str, headers: Headers) -> None:
    """HTTP/1.1 has none."""


class QuickRequest(QuartTrio.request_class):
    """A request that looks its blueprints up."""

    @property
    def blueprints(self) -> list[str]:
        return _blueprints(self.endpoint)


@cache
def _blueprints(endpoint: str | None) -> list[str]:
    """Those that an endpoint is in, the innermost first."""
    parts = (endpoint or "").split(".")[:-1]
    return [".".join(parts[:size]) for size in range(len(parts), 0, -1)]


class NoSessions(SessionInterface):
    """There are none: who asks shows a token, each time."""

    _none = NullSession()

    async def open_session(self, app: Any, request: BaseRequestWebsocket) -> NullSession:
        return self._none


class QuickQuart(QuartTrio):
    """Every view and handler is `async`; routes do not depend on the host."""

    asgi_http_class = WholeRequest
    request_class = QuickRequest
    session_interface = NoSessions()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # By endpoint. Asked again on one connection with the same bytes, these are called without
        # Quart around them: what it adds, headers and who may ask, has been worked out.
        self.alone: dict[str, Alone] = {}

    def ensure_async(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func

    def create_url_adapter(self, request: BaseRequestWebsocket | None) -> MapAdapter | None:
        if request is None:
            return None
        return MapAdapter(
            self.url_map,
            request.headers.get("Host", ""),
            "/",
            "",
            request.scheme,
            request.path,
            request.method,
            request.query_string.decode("latin-1"),
        )
