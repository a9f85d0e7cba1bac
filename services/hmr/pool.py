"""Connections to dev servers: made when needed, kept for a while between two requests."""

from __future__ import annotations

import errno
import socket
from collections import deque

import trio

from services.hmr.switchboard import Switchboard
from services.hmr.wire import Stalled, Wire
from services.loopback import skip_pacing

IDLE = 3.0  # seconds; Node closes its own after 5, and who is first meets no race
MOST = 64  # kept for one port
DIAL = 1.0  # seconds; on loopback only a full backlog takes any


class Pool:
    """`take` what is there, or `dial`; `keep` what may serve another request."""

    def __init__(self, board: Switchboard) -> None:
        self._board = board
        self._kept: dict[int, deque[tuple[Wire, float]]] = {}
        self._timed = False

    def take(self, port: int) -> Wire | None:
        """The connection to `port` that was kept last, if its server has not ended it."""
        kept = self._kept.get(port)
        while kept:
            wire, _ = kept.pop()
            if wire.silent:
                return wire
            wire.close()
        return None

    async def dial(self, port: int) -> Wire | None:
        """A new one to `port` on loopback; None without a listener, or a descriptor left."""
        try:
            sock = socket.socket()
        except OSError:
            return None
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            skip_pacing(sock)
            code = sock.connect_ex(("127.0.0.1", port))
            if code not in (0, errno.EINPROGRESS):
                sock.close()
                return None
            wire = Wire(self._board, sock)
        except BaseException:
            sock.close()
            raise
        if code == 0:
            return wire
        try:
            await wire.until_writable(DIAL)
        except Stalled:
            wire.close()
            return None
        except BaseException:
            wire.close()
            raise
        if sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            wire.close()
            return None
        return wire

    def keep(self, port: int, wire: Wire) -> None:
        """Keep one whose last answer has come to its end, or close it."""
        kept = self._kept.setdefault(port, deque())
        if len(kept) >= MOST or not wire.silent:
            wire.close()
            return
        kept.append((wire, trio.current_time() + IDLE))
        if not self._timed:
            self._timed = True
            self._board.watch_deadline(self)

    def notify(self, mask: int) -> None:
        """See `Handler`; a pool has no socket of its own."""

    def overdue(self, now: float) -> bool:
        """See `Handler`."""
        for port, kept in tuple(self._kept.items()):
            for wire, by in tuple(kept):
                if by <= now or not wire.silent:
                    kept.remove((wire, by))
                    wire.close()
            if not kept:
                del self._kept[port]
        self._timed = bool(self._kept)
        return self._timed

    def close(self) -> None:
        """Close all that is kept."""
        for kept in self._kept.values():
            for wire, _ in kept:
                wire.close()
        self._kept.clear()
