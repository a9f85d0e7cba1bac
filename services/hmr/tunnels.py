"""All tunnels that are open: how many there may be, and how they end together."""

from __future__ import annotations

from collections.abc import Callable

import trio

from services.hmr.tunnel import Tunnel
from services.hmr.wire import Wire

FAREWELL = 0.2  # seconds for browsers to answer that they have heard of a restart


class Tunnels:
    """`most` is when they are `full`; those that are under way by then still open.

    `stall` is how long, in seconds, either side may take to read.
    """

    def __init__(self, most: int, *, stall: float) -> None:
        self._most = most
        self._stall = stall
        self._open: dict[Tunnel, Callable[[], None]] = {}
        self._none_left = trio.Event()

    @property
    def full(self) -> bool:
        return len(self._open) >= self._most

    def open(self, client: Wire, server: Wire, ended: Callable[[], None]) -> None:
        """Join two connections, which are no longer the caller's. `ended` is called at the end."""
        tunnel = Tunnel(client, server, stall=self._stall)
        self._open[tunnel] = ended
        tunnel.begin(self._ended)

    async def restart(self) -> None:
        """Tell every browser that the service restarts, and close when they have heard it."""
        for tunnel in tuple(self._open):
            tunnel.restart()
        with trio.move_on_after(FAREWELL):
            while self._open:
                self._none_left = trio.Event()
                await self._none_left.wait()
        self.close()

    def close(self) -> None:
        for tunnel in tuple(self._open):
            tunnel.close()

    def _ended(self, tunnel: Tunnel) -> None:
        ended = self._open.pop(tunnel)
        if not self._open:
            self._none_left.set()
        ended()
