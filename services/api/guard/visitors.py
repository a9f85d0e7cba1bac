"""Whom the current request came from, and how, behind whatever load balancers."""

from __future__ import annotations

from dataclasses import replace

from quart import g, request

from services.forwarded import Forwarders, Seen


def visitor(forwarders: Forwarders) -> Seen:
    """The current request as whoever made it sees it; worked out once for each."""
    seen: Seen | None = g.get("seen")
    if seen is None:
        seen = forwarders.read(list(request.scope["headers"]), request.remote_addr or "")
        if request.scheme == "https":
            seen = replace(seen, scheme="https")
        g.seen = seen
    return seen
