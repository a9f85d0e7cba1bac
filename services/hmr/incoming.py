"""The next request of a connection, waited for only as long as one may take."""

from __future__ import annotations

from collections.abc import Callable

import trio

from services.hmr.wire import Stalled, Wire
from services.http11.head import BadHead, RequestHead, is_hopeless

REQUEST_HEAD = 64 * 1024  # bytes; what browsers send is far below
_END = b"\r\n\r\n"


async def receive_request(
    wire: Wire, read: Callable[[bytes], RequestHead], *, idle: float, patience: float
) -> RequestHead | None:
    """The next head, or None when the browser wants no more or nothing came for `idle` seconds.

    However slowly a head comes, it has `patience` seconds, and all of it is given to `read`. What
    came after it is `wire.early`. Raises `BadHead`, `Lost`.
    """
    data, wire.early = wire.early, b""
    if not data:
        try:
            data = await wire.receive(idle, idle=True)
        except Stalled:
            return None
    end = data.find(_END)
    if end < 0:
        if not data:
            return None
        data = await _receive_rest(wire, data, patience)
        end = data.find(_END)
        if end < 0:
            return None
    if end > REQUEST_HEAD:
        raise BadHead(431, f"its head is longer than {REQUEST_HEAD} bytes")
    end += len(_END)
    wire.early = data[end:]
    return read(data[:end])


async def _receive_rest(wire: Wire, data: bytes, patience: float) -> bytes:
    until = trio.current_time() + patience
    seen = 0
    while data.find(_END, max(0, seen - 3)) < 0:
        if seen < 1024 and is_hopeless(data):
            raise BadHead(400, "it is no HTTP")
        if len(data) > REQUEST_HEAD:
            raise BadHead(431, f"its head is longer than {REQUEST_HEAD} bytes")
        seen = len(data)
        try:
            more = await wire.receive(max(0.0, until - trio.current_time()))
        except Stalled:
            raise BadHead(408, f"its head did not come within {patience:g} seconds") from None
        if not more:
            break
        data += more
    return data
