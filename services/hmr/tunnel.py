"""Bytes both ways, once both ends have agreed to speak WebSocket: two halves, and no task.

What one side sends is received for the other. What the other does not take at once is owed to it,
and until that is paid nothing more is received: a slow reader stops its writer.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Callable
from math import inf

import trio

from services.hmr.switchboard import GONE
from services.hmr.wire import NO_LINGER, Wire

CHUNK = 64 * 1024  # bytes in one turn, and so the most that is owed
SOME = 16 * 1024  # bytes of a usual turn; of what is larger the rest comes in chunks
LINGER = 5.0  # seconds that one direction may go on after the other has ended
# A WebSocket close frame with code 1012, service restart. It may land inside another frame;
# the browser then closes for that reason instead, and comes back all the same.
SHORT = 128  # bytes; a close frame is no longer
CLOSING = 0x88  # how a close frame begins
CLOSE_FRAME = b"\x88\x02\x03\xf4"
_READABLE = select.EPOLLIN | GONE
_USUAL = select.EPOLLIN | select.EPOLLOUT  # something has come, and there is room as ever


class Tunnel:
    """Takes over both wires, and what came early on them.

    `stall` is how long, in seconds, either side may take to read.
    """

    __slots__ = ("_ended", "_farewell", "_linger", "board", "client", "open", "server", "stall")

    def __init__(self, client: Wire, server: Wire, *, stall: float) -> None:
        self.board = client.board
        self.stall = stall
        self.open = True
        self._ended: Callable[[Tunnel], None] | None = None
        self._farewell = False
        self._linger = inf
        self.client = Half(self, client, owed=server.early)
        self.server = Half(self, server, owed=client.early)
        self.client.other, self.server.other = self.server, self.client

    def begin(self, ended: Callable[[Tunnel], None]) -> None:
        """Carry from now on; `ended` is called at the end."""
        self._ended = ended
        self.client.begin()
        self.server.begin()

    def heard_last(self, half: Half) -> None:
        """One side will send no more."""
        half.ended = True
        other = half.other
        if other.ended:
            self.close()
        elif half is self.server and not half.closes:
            self.restart()
        else:
            other.finish()
            self._close_after(LINGER)

    def broke(self, half: Half) -> None:
        """One side can be sent nothing any more."""
        if half is self.client:
            self.close()
        else:
            self.restart()

    def restart(self) -> None:
        """Tell the browser that the service restarts, and end with its next word."""
        if self._farewell:
            return
        self._farewell = True
        self.server.ended = True
        self._close_after(LINGER)
        if not self.client.owed:
            self.client.say(CLOSE_FRAME)

    @property
    def waits_for_reply(self) -> bool:
        """Whether all that is left to come is the browser's answer to a restart."""
        return self._farewell

    @property
    def lingers(self) -> bool:
        return self._linger < inf

    def is_overdue(self, now: float) -> bool:
        return self._linger <= now

    def close(self) -> None:
        """End both sides at once.

        A browser that was told of a restart meets a reset: before version 6 Vite's client never
        comes back from a WebSocket that closed cleanly.
        """
        if not self.open:
            return
        self.open = False
        if self._farewell:
            self.client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        for half in (self.client, self.server):
            self.board.remove(half.sock.fileno())
            half.sock.close()
        if self._ended is not None:
            self._ended(self)

    def _close_after(self, seconds: float) -> None:
        self._linger = trio.current_time() + seconds
        self.client.watch_deadline()


class Half:
    """One side: its socket, what is `owed` to it, and whether it has `ended` to send.

    `closes`: what it said last was a close frame, by all appearances.
    """

    __slots__ = (
        "_buffer",
        "_first",
        "_gone",
        "_pay_by",
        "_timed",
        "_tunnel",
        "ended",
        "other",
        "owed",
        "sock",
    )

    def __init__(self, tunnel: Tunnel, wire: Wire, *, owed: bytes) -> None:
        self._tunnel = tunnel
        self._buffer = wire.board.buffer
        self._first = wire.early[0] if wire.early else 0  # byte of what came last, if it was short
        self._gone = wire.gone
        self._pay_by = inf
        self._timed = False
        self.ended = False
        self.other = self
        self.owed = owed
        self.sock = wire.leave()

    @property
    def closes(self) -> bool:
        return self._first == CLOSING

    def begin(self) -> None:
        """Be told of the socket, and look at it once: what was told to the wire is not repeated."""
        self._tunnel.board.hand_over(self.sock.fileno(), self)
        self._tunnel.board.again(self)

    def notify(self, mask: int) -> None:
        """See `Handler`. This is what a message costs, so the usual comes first, in one piece."""
        other = self.other
        if mask != _USUAL or self.owed or other.owed or self.ended or other.ended:
            return self._notice(mask)
        try:
            data = self.sock.recv(SOME)
        except BlockingIOError:
            return None
        except OSError:
            return self._tunnel.heard_last(self)
        if not data:
            return self._tunnel.heard_last(self)
        count = len(data)
        self._first = data[0] if count < SHORT else 0
        try:
            sent = other.sock.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            return self._tunnel.broke(other)
        if sent < count:
            other.owe(data[sent:])
        elif count == SOME:
            self._tunnel.board.again(self)  # there may be more, and no edge will tell
        return None

    def _notice(self, mask: int) -> None:
        if not self._tunnel.open:
            return  # its turn comes after its end
        if mask & GONE:
            self._gone = True
        if self.owed:
            self._pay()
        if mask & _READABLE and self._tunnel.open:
            self.carry()

    def overdue(self, now: float) -> bool:
        """See `Handler`."""
        if self._pay_by <= now or self._tunnel.is_overdue(now):
            self._tunnel.close()
        self._timed = self._tunnel.open and (self._pay_by < inf or self._tunnel.lingers)
        return self._timed

    def watch_deadline(self) -> None:
        if not self._timed:
            self._timed = True
            self._tunnel.board.watch_deadline(self)

    def say(self, data: bytes) -> None:
        """Something of our own, if there is room for it."""
        try:
            self.sock.send(data)
        except BlockingIOError:
            pass
        except OSError:
            self._tunnel.broke(self)

    def finish(self) -> None:
        """Say that nothing more will come."""
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._tunnel.broke(self)

    def _pay(self) -> None:
        try:
            sent = self.sock.send(self.owed)
        except BlockingIOError:
            return None
        except OSError:
            self.owed = b""
            return self._tunnel.broke(self)
        self.owed = self.owed[sent:]
        if self.owed:
            return None
        self._pay_by = inf
        if self._tunnel.waits_for_reply:
            return self.say(CLOSE_FRAME)
        return self.other.carry()

    def owe(self, data: bytes) -> None:
        """This was received for us, and there is no room for it now."""
        self.owed = data
        self._pay_by = trio.current_time() + self._tunnel.stall
        self.watch_deadline()

    def carry(self) -> None:
        """Receive what is there, if the other side can take it."""
        tunnel, other = self._tunnel, self.other
        if other.owed or self.ended:
            return
        try:
            count = self.sock.recv_into(self._buffer, CHUNK)
        except BlockingIOError:
            return
        except OSError:
            count = 0
        if tunnel.waits_for_reply:
            tunnel.close()
        elif not count:
            tunnel.heard_last(self)
        else:
            self._first = self._buffer[0] if count < SHORT else 0
            self._pass(self._buffer[:count])

    def _pass(self, data: memoryview) -> None:
        other = self.other
        try:
            sent = other.sock.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            return self._tunnel.broke(other)
        if sent < len(data):
            other.owe(bytes(data[sent:]))
        elif len(data) == CHUNK or self._gone:
            self._tunnel.board.again(self)
        return None
