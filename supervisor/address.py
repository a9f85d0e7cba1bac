"""Addresses to listen on, as people write them."""

from __future__ import annotations


def address_of(text: str) -> tuple[str | None, int] | None:
    """The host, None for all of them, and the port of `host:port`, `:port` or `[::1]:port`."""
    host, colon, port = text.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    bracketed = host == f"[{bare}]"
    fine = (
        bool(colon)
        and port.isascii()
        and port.isdecimal()
        and 0 < int(port) < 65536
        and (bracketed or ":" not in host)
        and not any(c in bare for c in "[]/ ")
    )
    return (bare or None, int(port)) if fine else None


def problem(text: str) -> str | None:
    """Why nobody can listen on this address, or None."""
    if address_of(text) is None:
        return f"{text!r} is not of the form host:port, :port or [::1]:port"
    return None
