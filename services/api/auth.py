"""Who may ask: whoever shows the token."""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from quart import Response, redirect, request
from quart_trio import QuartTrio

from services.api.errors import Problem
from services.messages import TOKEN_COOKIE

OPEN = "health"  # the blueprint that needs no token

UNAUTHORIZED = (
    "cannot serve this without the token: send the header 'Authorization: Bearer TOKEN', "
    "or open a page with ?token=TOKEN"
)
FOREIGN = (
    "cannot take this from a page of another site: send the header 'Authorization: Bearer TOKEN'"
)


def same(given: str | None, token: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest((given or "").encode(errors="replace"), token.encode())


def bearer(authorization: str | None) -> str:
    """The token of an Authorization header, or nothing."""
    scheme, _, value = (authorization or "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else ""


def from_elsewhere(method: str, origin: str | None, host: str) -> bool:
    """Whether a browser sent a change on behalf of another origin.

    A cookie does not know ports, so a page in the preview, which is code that an agent wrote,
    would otherwise command the API with the cookie of the person who looks at it.
    """
    changes = method not in ("GET", "HEAD", "OPTIONS")
    return changes and origin is not None and urlsplit(origin).netloc != host


def install(app: QuartTrio, token: str) -> None:
    """Let nothing but health checks into `app` without `token`."""

    @app.before_request
    async def guard() -> None:
        if request.blueprint == OPEN:
            return
        shown = (bearer(request.headers.get("Authorization")), request.args.get("token"))
        if any(same(given, token) for given in shown):
            return
        if not same(request.cookies.get(TOKEN_COOKIE), token):
            raise Problem(401, UNAUTHORIZED, {"WWW-Authenticate": "Bearer"})
        if from_elsewhere(request.method, request.headers.get("Origin"), request.host):
            raise Problem(403, FOREIGN)


def remember(token: str) -> Response:
    """Keep the token in a cookie, and the address bar and the history clear of it.

    Lax, since with Strict a link from elsewhere would lose the cookie on this very redirect.
    """
    reply = redirect(request.path, 303)
    assert isinstance(reply, Response)
    reply.set_cookie(TOKEN_COOKIE, token, httponly=True, samesite="Lax", secure=request.is_secure)
    return reply
