"""Addresses to listen on, as people write them."""

from __future__ import annotations

EVERYWHERE = frozenset({None, "0.0.0.0", "::"})


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


def overlap(first: str, second: str) -> bool:
    """Whether nobody can listen on both: the same port, on the same host or one of them on all."""
    one, other = address_of(first), address_of(second)
    if one is None or other is None or one[1] != other[1]:
        return False
    return one[0] == other[0] or not EVERYWHERE.isdisjoint({one[0], other[0]})
