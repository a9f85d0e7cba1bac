"""The cookie by which a browser shows a token: put there, and taken away."""

from __future__ import annotations

from urllib.parse import urlsplit

from quart import Response, request

from services.api.auth import asker
from services.api.guard.keeping import Keeping
from services.api.guard.visitors import visitor
from services.forwarded import Forwarders
from services.loopback import is_loopback
from services.messages import HOST_TOKEN_COOKIE, TOKEN_COOKIE, TOKEN_COOKIES


def remember(reply: Response, keeping: Keeping, forwarders: Forwarders) -> None:
    """Have the browser show the token of the current request, until that expires.

    One for a frame is `Secure`, or browsers take it from nobody: without TLS beyond this machine it
    is not sent at all.
    """
    secure = visitor(forwarders).scheme == "https"
    framed = keeping is Keeping.FRAME
    if keeping is Keeping.NOT or (framed and not (secure or _is_here())):
        return
    reply.set_cookie(
        HOST_TOKEN_COOKIE if secure else TOKEN_COOKIE,
        asker().token,
        expires=asker().grant.expires,
        httponly=True,
        secure=secure or framed,
        samesite="None" if framed else "Lax",
        partitioned=framed,
    )


def forget(reply: Response, forwarders: Forwarders) -> None:
    """Have the browser show it no more, in a frame or out of it."""
    secure = visitor(forwarders).scheme == "https"
    for name in TOKEN_COOKIES:
        reply.delete_cookie(
            name, httponly=True, secure=secure or name == HOST_TOKEN_COOKIE, samesite="Lax"
        )
        reply.delete_cookie(name, httponly=True, secure=True, samesite="None", partitioned=True)


def _is_here() -> bool:
    """Whether browsers trust the host that was asked for without TLS: they run on it."""
    try:
        host = urlsplit(f"//{request.host}").hostname or ""
    except ValueError:  # nobody has an address such as [:::]
        return False
    return is_loopback(host) or host.endswith(".localhost")
