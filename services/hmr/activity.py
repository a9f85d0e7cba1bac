"""Which requests mean that a person is there. Pure."""

from __future__ import annotations

from collections.abc import Mapping

_FETCH = (b"sec-fetch-mode", b"sec-fetch-site", b"sec-fetch-dest", b"sec-fetch-user")
_PING = b"text/x-vite-ping"


def wants_page(headers: Mapping[bytes, bytes]) -> bool:
    """Whether the answer is for a person's eyes rather than for a script. Names are lower case."""
    mode = headers.get(b"sec-fetch-mode")
    if mode is not None:
        return mode == b"navigate"
    return b"text/html" in headers.get(b"accept", b"").lower()


def is_navigation(method: bytes, headers: Mapping[bytes, bytes]) -> bool:
    """Whether somebody opened a page.

    Modules, assets, HMR sockets and their pings come from open tabs, and an open tab is nobody:
    it would keep a forgotten container awake for ever. So are pages that a browser loads ahead.
    """
    return method == b"GET" and wants_page(headers) and not _is_ahead(headers)


def may_wake(method: bytes, headers: Mapping[bytes, bytes]) -> bool:
    """Whether a request is worth starting a dev server for.

    A page that somebody opens is, and what no browser sent: somebody typed that. What open tabs
    ask for by themselves is not.
    """
    if is_navigation(method, headers):
        return True
    by_browser = any(name in headers for name in _FETCH)
    pings = headers.get(b"accept") == _PING
    return not by_browser and not pings and not _is_ahead(headers)


def _is_ahead(headers: Mapping[bytes, bytes]) -> bool:
    ahead = headers.get(b"sec-purpose", b"") + headers.get(b"purpose", b"")
    return b"upgrade" in headers or b"prefetch" in ahead
