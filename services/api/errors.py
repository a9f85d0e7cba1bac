"""What went wrong, as a reply: a status and one sentence that says what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from quart import Response, jsonify, request
from quart_trio import QuartTrio
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from services.api.limits import MB, body_limit
from services.messages import OthersToo
from supervisor import desk

log = structlog.get_logger()


RETRY_AFTER = 5  # seconds


class Problem(Exception):
    """A request that cannot be served as it is; `status` is the HTTP status that says so.

    `more` are further fields of the reply, for a program.
    """

    def __init__(
        self,
        status: int,
        text: str,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(text)
        self.status = status
        self.headers = dict(headers or {})
        self.more = dict(more or {})


def status_of(refusal: desk.Refused) -> int:
    """Wrong in itself 400, not there 404, too many wait 429, nobody there to answer 503.

    Otherwise it is 409: not as things are now.
    """
    match refusal:
        case desk.Invalid():
            return 400
        case desk.NotFound():
            return 404
        case desk.Busy():
            return 429
        case desk.Gone():
            return 503
        case _:
            return 409


def of_refusal(refusal: desk.Refused) -> Problem:
    """A refusal as a reply, with what a program needs to know of it."""
    headers = {"Retry-After": str(RETRY_AFTER)} if isinstance(refusal, desk.Busy) else {}
    more = {"others": list(refusal.others)} if isinstance(refusal, OthersToo) else {}
    return Problem(status_of(refusal), str(refusal), headers, more)


def of_http(error: HTTPException, method: str, path: str) -> Problem:
    """The framework's own errors, in our words."""
    match error:
        case NotFound():
            return Problem(404, f"Route not found: {method} {path}")
        case MethodNotAllowed():
            allowed = ", ".join(sorted(error.valid_methods or ()))
            return Problem(405, f"cannot {method} {path}: it takes {allowed}", {"Allow": allowed})
        case RequestEntityTooLarge():
            most = body_limit(method, path) // MB
            return Problem(413, f"cannot read this body: it is larger than {most} MB")
        case _:
            return Problem(error.code or 500, error.description or error.name)


def install(app: QuartTrio) -> None:
    """Give every error of `app` the one shape {"success": false, "error": text}."""

    @app.errorhandler(Problem)
    async def problem(error: Problem) -> Response:
        reply = jsonify({"success": False, "error": str(error), **error.more})
        reply.status_code = error.status
        reply.headers.update(error.headers)
        return reply

    @app.errorhandler(desk.Refused)
    async def refused(error: desk.Refused) -> Response:
        return await problem(of_refusal(error))

    @app.errorhandler(HTTPException)
    async def http_error(error: HTTPException) -> Response:
        return await problem(of_http(error, request.method, request.path))

    @app.errorhandler(Exception)
    async def bug(error: Exception) -> Response:
        log.error("request failed", method=request.method, path=request.path, exc_info=error)
        return await problem(Problem(500, "cannot do this: an error of the server, see its log"))
