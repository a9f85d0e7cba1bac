"""Which requests mean that a person opens a page. Pure."""

from __future__ import annotations

from collections.abc import Mapping


def wants_page(headers: Mapping[bytes, bytes]) -> bool:
    """Whether the answer is for a person's eyes rather than for a script. Names are lower case."""
    mode = headers.get(b"sec-fetch-mode")
    if mode is not None:
        return mode == b"navigate"
    return b"text/html" in headers.get(b"accept", b"").lower()


def is_navigation(method: bytes, headers: Mapping[bytes, bytes]) -> bool:
    """Whether somebody opened a page.

    Modules, assets, sockets, streams and pings come from open tabs, and an open tab is nobody: it
    would keep a forgotten container awake for ever. So are pages that a browser loads ahead.
    """
    return method == b"GET" and wants_page(headers) and not is_ahead(headers)


def is_ahead(headers: Mapping[bytes, bytes]) -> bool:
    """Whether it is loaded before anybody wants it, or is no page at all but a socket."""
    ahead = headers.get(b"sec-purpose", b"") + headers.get(b"purpose", b"")
    return b"upgrade" in headers or b"prefetch" in ahead
