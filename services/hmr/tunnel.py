"""Bytes both ways, once both ends have agreed to speak WebSocket."""

from __future__ import annotations

import trio

from services.hmr.closing import Closing

CHUNK = 64 * 1024
LINGER = 5.0  # seconds that one direction may go on after the other has ended
# A WebSocket close frame with code 1012, service restart. It may land inside another frame;
# the browser then closes for that reason instead, and comes back all the same.
CLOSE_FRAME = b"\x88\x02\x03\xf4"


async def run_tunnel(
    client: trio.abc.HalfCloseableStream,
    server: trio.abc.HalfCloseableStream,
    closing: Closing,
    *,
    to_server: bytes = b"",
    to_client: bytes = b"",
) -> None:
    """Pump until both ends have ended, or one is lost, or the door closes.

    `to_server` and `to_client` are what arrived early. Neither stream is closed here.
    """
    with closing.interruptible() as scope:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_pump, client, server, to_server, nursery.cancel_scope)
            nursery.start_soon(_pump, server, client, to_client, nursery.cancel_scope)
    if scope.cancelled_caught:
        with trio.move_on_after(0.2):
            await client.send_all(CLOSE_FRAME)


async def _pump(
    source: trio.abc.HalfCloseableStream,
    sink: trio.abc.HalfCloseableStream,
    first: bytes,
    both: trio.CancelScope,
) -> None:
    try:
        await sink.send_all(first)
        while data := await source.receive_some(CHUNK):
            await sink.send_all(data)
        await sink.send_eof()
    except trio.BrokenResourceError:
        both.cancel()
    else:
        both.deadline = min(both.deadline, trio.current_time() + LINGER)
