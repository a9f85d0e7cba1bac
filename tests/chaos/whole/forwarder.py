"""A way to a server on this machine that can be slow, silent, or cut in the middle."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import trio

from tests.chaos.turns.http import HOST

PIECE = 65536
DELAY = 0.4  # seconds for each piece


class Forwarder:
    """Listens on `port`, and leads to what `target` says. What it does to each piece that comes
    through is `manner`: pass, delay, stall (until the manner changes) or refuse, which resets what
    is there and what comes.
    """

    def __init__(self, port: int, target: Callable[[], int]) -> None:
        self.port = port
        self.manner = "pass"
        self._target = target
        self._changed = trio.Event()
        self._open: set[trio.SocketStream] = set()

    async def run(self) -> None:
        """Until cancelled."""
        async with trio.open_nursery() as nursery:
            await trio.serve_tcp(
                self._carry, self.port, host=HOST, handler_nursery=nursery, backlog=128
            )

    def be(self, manner: str) -> None:
        self.manner = manner
        self._changed.set()
        self._changed = trio.Event()
        if manner == "refuse":
            self.cut()

    def cut(self) -> None:
        """Reset every connection that is open."""
        for stream in tuple(self._open):
            with suppress(OSError, trio.ClosedResourceError):
                stream.socket.setsockopt(*_RESET)
            trio.lowlevel.notify_closing(stream.socket)
            stream.socket.close()

    async def _carry(self, client: trio.SocketStream) -> None:
        if self.manner == "refuse":
            client.socket.setsockopt(*_RESET)
            await client.aclose()
            return
        with suppress(OSError, trio.BrokenResourceError, trio.ClosedResourceError):
            async with client, await trio.open_tcp_stream(HOST, self._target()) as server:
                self._open |= {client, server}
                try:
                    async with trio.open_nursery() as nursery:
                        nursery.start_soon(self._pump, client, server)
                        nursery.start_soon(self._pump, server, client)
                finally:
                    self._open -= {client, server}

    async def _pump(self, source: trio.SocketStream, sink: trio.SocketStream) -> None:
        with suppress(OSError, trio.BrokenResourceError, trio.ClosedResourceError):
            while piece := await source.receive_some(PIECE):
                while self.manner == "stall":
                    await self._changed.wait()
                if self.manner == "delay":
                    await trio.sleep(DELAY)
                await sink.send_all(piece)
            await sink.send_eof()


def _linger() -> tuple[int, int, bytes]:
    import socket
    import struct

    return socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)


_RESET = _linger()
