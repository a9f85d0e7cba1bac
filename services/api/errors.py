"""What went wrong, as a reply: a status and one sentence that says what to do.

Under /api it has the original's shape, everywhere else that of RFC 9457.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from quart import Response, request
from quart_trio import QuartTrio
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from services.api.limits import MB, body_limit
from services.messages import Differs, OthersToo
from supervisor import desk

log = structlog.get_logger()

RETRY_AFTER = 5  # seconds
ORIGINAL = "/api/"
PROBLEM = "application/problem+json"


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

    A file that is another than was seen is 412. Otherwise it is 409: not as things are now.
    """
    match refusal:
        case desk.Invalid():
            return 400
        case desk.NotFound():
            return 404
        case Differs():
            return 412
        case desk.Busy():
            return 429
        case desk.Gone():
            return 503
        case _:
            return 409


def of_refusal(refusal: desk.Refused) -> Problem:
    """A refusal as a reply, with what a program needs to know of it."""
    headers = {"Retry-After": str(RETRY_AFTER)} if isinstance(refusal, desk.Busy) else {}
    more: dict[str, Any] = {}
    match refusal:
        case OthersToo():
            more["others"] = list(refusal.others)
        case Differs():
            more["current"] = refusal.current
        case _:
            pass
    return Problem(status_of(refusal), str(refusal), headers, more)


def of_http(error: HTTPException, method: str, path: str) -> Problem:
    """The framework's own errors, in our words."""
    match error:
        case NotFound() if path.startswith(ORIGINAL):
            return Problem(404, f"Route not found: {method} {path}")
        case NotFound():
            return Problem(404, f"cannot find {method} {path}: see /docs")
        case MethodNotAllowed():
            allowed = ", ".join(sorted(error.valid_methods or ()))
            return Problem(405, f"cannot {method} {path}: it takes {allowed}", {"Allow": allowed})
        case RequestEntityTooLarge():
            most = body_limit(method, path) // MB
            return Problem(413, f"cannot read this body: it is larger than {most} MB")
        case _:
            return Problem(error.code or 500, error.description or error.name)


def written(problem: Problem, path: str) -> Response:
    """A problem as the answer to a request for `path`."""
    if path.startswith(ORIGINAL):
        kind = "application/json"
        reply: dict[str, Any] = {"success": False, "error": str(problem)}
    else:
        kind = PROBLEM
        reply = {
            "type": "about:blank",
            "title": HTTPStatus(problem.status).phrase,
            "status": problem.status,
            "detail": str(problem),
        }
    text = msgspec.json.encode({**reply, **problem.more})
    return Response(text, problem.status, problem.headers, content_type=kind)


def install(app: QuartTrio) -> None:
    """Give every error of `app` its shape, and let none of them show a traceback."""

    @app.errorhandler(Problem)
    async def problem(error: Problem) -> Response:
        return written(error, request.path)

    @app.errorhandler(desk.Refused)
    async def refused(error: desk.Refused) -> Response:
        return written(of_refusal(error), request.path)

    @app.errorhandler(HTTPException)
    async def http_error(error: HTTPException) -> Response:
        return written(of_http(error, request.method, request.path), request.path)

    @app.errorhandler(Exception)
    async def bug(error: Exception) -> Response:
        log.error("request failed", method=request.method, path=request.path, exc_info=error)
        told = Problem(500, "cannot do this: an error of the server, see its log")
        return written(told, request.path)
