"""Which requests are worth a dev server. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from services.navigation import is_ahead, is_navigation

_FETCH = (b"sec-fetch-mode", b"sec-fetch-site", b"sec-fetch-dest", b"sec-fetch-user")
_PING = b"text/x-vite-ping"


def may_wake(method: bytes, headers: Mapping[bytes, bytes]) -> bool:
    """Whether a request is worth starting a dev server for.

    A page that somebody opens is, and what no browser sent: somebody typed that. What open tabs
    ask for by themselves is not.
    """
    if is_navigation(method, headers):
        return True
    by_browser = any(name in headers for name in _FETCH)
    pings = headers.get(b"accept") == _PING
    return not by_browser and not pings and not is_ahead(headers)
