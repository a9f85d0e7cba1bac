"""Which requests mean that a person is there. Pure."""

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

    Modules, assets, HMR sockets and their pings come from open tabs, and an open tab is nobody:
    it would keep a forgotten container awake for ever. So are pages that a browser loads ahead.
    """
    ahead = headers.get(b"sec-purpose", b"") + headers.get(b"purpose", b"")
    return (
        method == b"GET"
        and wants_page(headers)
        and b"upgrade" not in headers
        and b"prefetch" not in ahead
    )
