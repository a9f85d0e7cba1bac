"""What browsers are told with every answer, so that it does no harm where it ends up."""

from __future__ import annotations

from quart import Response, g, request
from quart_trio import QuartTrio

from services.api import Options
from services.api.errors import Problem
from services.api.guard.cors import cors_headers, is_preflight, preflight_headers
from services.api.guard.credentials import Way
from services.api.guard.visitors import visitor
from services.forwarded import Forwarders

# For whatever is no page of ours, which say themselves what they load: data that a browser is
# made to show as a page runs nothing and loads nothing.
DATA_POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
)
HSTS = "max-age=31536000"  # a year; previews, on names below, may do without TLS
FOREIGN_PAGE = "cannot be asked by pages of this origin: name it in service.api.options.origins"


def install(app: QuartTrio, options: Options, forwarders: Forwarders) -> None:
    """Answer preflights, which show no token, and add to all answers what they lack of this."""

    @app.before_request
    async def preflight() -> Response | None:
        if not is_preflight(request.method, request.headers):
            return None
        if request.headers["Origin"] not in options.origins:
            raise Problem(403, FOREIGN_PAGE)
        return Response(b"", 204, preflight_headers())

    @app.after_request
    async def protect(response: Response) -> Response:
        headers = response.headers
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "no-referrer"
        headers.setdefault("Cache-Control", "no-store")
        headers.setdefault("Content-Security-Policy", DATA_POLICY)
        # Who put a ticket into an address means it to be shown on another page.
        ticketed = "asker" in g and g.asker.way is Way.TICKET
        where = "cross-origin" if ticketed else "same-origin"
        headers.setdefault("Cross-Origin-Resource-Policy", where)
        if visitor(forwarders).scheme == "https":
            headers["Strict-Transport-Security"] = HSTS
        if options.origins:
            headers.add("Vary", "Origin")
            headers.update(cors_headers(request.headers.get("Origin"), options.origins))
        return response
