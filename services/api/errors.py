"""What went wrong, as a reply: a status and one sentence that says what to do."""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from quart import Response, jsonify, request
from quart_trio import QuartTrio
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from supervisor import desk

log = structlog.get_logger()


class Problem(Exception):
    """A request that cannot be served as it is; `status` is the HTTP status that says so."""

    def __init__(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.headers = dict(headers or {})


def status_of(refusal: desk.Refused) -> int:
    """Wrong in itself 400, not there 404, nobody there to answer 503, and otherwise not now 409."""
    match refusal:
        case desk.Invalid():
            return 400
        case desk.NotFound():
            return 404
        case desk.Gone():
            return 503
        case _:
            return 409


def of_http(error: HTTPException, method: str, path: str) -> Problem:
    """The framework's own errors, in our words."""
    match error:
        case NotFound():
            return Problem(404, f"Route not found: {method} {path}")
        case MethodNotAllowed():
            allowed = ", ".join(sorted(error.valid_methods or ()))
            return Problem(405, f"cannot {method} {path}: it takes {allowed}", {"Allow": allowed})
        case RequestEntityTooLarge():
            return Problem(413, "cannot read this body: it is larger than 10 MB")
        case _:
            return Problem(error.code or 500, error.description or error.name)


def install(app: QuartTrio) -> None:
    """Give every error of `app` the one shape {"success": false, "error": text}."""

    @app.errorhandler(Problem)
    async def problem(error: Problem) -> Response:
        reply = jsonify({"success": False, "error": str(error)})
        reply.status_code = error.status
        reply.headers.update(error.headers)
        return reply

    @app.errorhandler(desk.Refused)
    async def refused(error: desk.Refused) -> Response:
        return await problem(Problem(status_of(error), str(error)))

    @app.errorhandler(HTTPException)
    async def http_error(error: HTTPException) -> Response:
        return await problem(of_http(error, request.method, request.path))

    @app.errorhandler(Exception)
    async def bug(error: Exception) -> Response:
        log.error("request failed", method=request.method, path=request.path, exc_info=error)
        return await problem(Problem(500, "cannot do this: an error of the server, see its log"))
