"""One connection on the switchboard: for a task that receives and sends in straight lines."""

from __future__ import annotations

import select
import socket
import struct
from collections.abc import Generator
from contextlib import contextmanager, suppress
from math import inf

import outcome
import trio
from trio.lowlevel import Abort, RaiseCancelT, current_task, reschedule, wait_task_rescheduled

from services.hmr.switchboard import GONE, Switchboard

CHUNK = 64 * 1024  # bytes received at a time
_READABLE = select.EPOLLIN | GONE
_WRITABLE = select.EPOLLOUT | select.EPOLLHUP | select.EPOLLERR


NO_LINGER = struct.pack("ii", 1, 0)


class Lost(Exception):
    """A connection that is of no use any more: reset, or ended where it may not end."""

    def __init__(self, wire: Wire) -> None:
        super().__init__("cannot go on: the connection is lost")
        self.wire = wire


class Stalled(Lost):
    """One whose other side did not send, or did not read, for as long as it may."""


class Wire:
    """A connected socket that does not block, ours until `close` or `leave`.

    One task may receive, and one may send. `early` is what was received too much. `gone`: the
    other side has ended or broken the connection; what it sent before can still be received.
    """

    __slots__ = (
        "_given",
        "_guest",
        "_idle",
        "_partner",
        "_read_by",
        "_readable",
        "_reader",
        "_reset",
        "_scope",
        "_timed",
        "_write_by",
        "_writer",
        "board",
        "early",
        "gone",
        "sock",
    )

    def __init__(self, board: Switchboard, sock: socket.socket) -> None:
        self.board = board
        self.sock = sock
        self.early = b""
        self.gone = False
        self._readable = False
        self._reset = False
        self._reader: trio.lowlevel.Task | None = None
        self._writer: trio.lowlevel.Task | None = None
        self._read_by = inf
        self._write_by = inf
        self._timed = False
        self._idle = False
        self._given = False
        self._partner: Wire | None = None
        self._guest: Wire | None = None
        self._scope: trio.CancelScope | None = None
        board.add(sock.fileno(), self)

    @property
    def lost(self) -> bool:
        """Whether the other side has ended it; the socket is only asked when there is a sign.

        It says once that it was reset, and afterwards that it has ended: who receives later is
        told of the reset all the same.
        """
        if not self.gone:
            return False
        try:
            return not self.sock.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            self._reset = True
            return True

    @property
    def silent(self) -> bool:
        """Whether nothing has come that was not received: what may be kept for later."""
        if self.gone or self.early:
            return False
        if self._readable:
            try:
                self.sock.recv(1, socket.MSG_PEEK)
            except BlockingIOError:
                self._readable = False
            except OSError:
                return False
        return not self._readable

    def serve(self, guest: Wire | None) -> None:
        """From now on, who waits to receive here meets `Lost` when `guest` is lost."""
        if self._guest is not None:
            self._guest._partner = None
        self._guest = guest
        if guest is not None:
            guest._partner = self

    @contextmanager
    def while_there(self) -> Generator[None]:
        """Cancel what waits for something else, and raise `Lost`, when the other side leaves."""
        with trio.CancelScope() as scope:
            self._scope = scope
            if self.lost:
                scope.cancel()
            try:
                yield
            finally:
                self._scope = None
        if scope.cancelled_caught:
            raise Lost(self)

    async def receive(self, wait: float = inf, *, idle: bool = False) -> bytes:
        """Some bytes, or none at the end. Raises `Lost`, or `Stalled` after `wait` seconds.

        A wait that is `idle` also ends, as if the other side had, when it is interrupted.
        """
        count = await self.receive_into(CHUNK, wait, idle=idle)
        return bytes(self.board.buffer[:count])

    async def receive_into(self, limit: int, wait: float = inf, *, idle: bool = False) -> int:
        """The same, into the switchboard's buffer: how many bytes there are."""
        while True:
            if self._readable:
                try:
                    count = self.sock.recv_into(self.board.buffer, limit)
                except BlockingIOError:
                    self._readable = False
                except OSError:
                    raise Lost(self) from None
                else:
                    # A short read has emptied the socket, so that there will be an edge to wait
                    # for; but none comes after the end.
                    if count < limit:
                        if not self.gone:
                            self._readable = False
                        elif self._reset:
                            raise Lost(self)
                    return count
            if not await self._until_readable(wait, idle):
                return 0

    async def send(self, data: bytes | memoryview, wait: float = inf) -> None:
        """All of it. Raises `Lost`, or `Stalled` when nothing was taken for `wait` seconds."""
        try:
            sent = self.sock.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            raise Lost(self) from None
        if sent < len(data):
            await self._send_rest(memoryview(bytes(data[sent:])), wait)

    async def _send_rest(self, rest: memoryview, wait: float) -> None:
        while rest:
            await self.until_writable(wait)
            try:
                rest = rest[self.sock.send(rest) :]
            except BlockingIOError:
                continue
            except OSError:
                raise Lost(self) from None

    async def until_writable(self, wait: float) -> None:
        """Until there is room, or a connection. Raises `Stalled` after `wait` seconds."""
        self._write_by = trio.current_time() + wait
        if not self._timed and wait < inf:
            self._timed = True
            self.board.watch_deadline(self)
        self._writer = current_task()
        await wait_task_rescheduled(self._stop_sending)

    async def _until_readable(self, wait: float, idle: bool) -> bool:
        guest = self._guest
        if guest is not None and guest.lost:
            raise Lost(guest)
        self._read_by = trio.current_time() + wait
        if not self._timed and wait < inf:
            self._timed = True
            self.board.watch_deadline(self)
        self._idle = idle
        self._reader = current_task()
        return await wait_task_rescheduled(self._stop_receiving)

    def notify(self, mask: int) -> None:
        """See `Handler`."""
        if mask & GONE:
            self.gone = True
        if mask & _READABLE:
            self._readable = True
            if self._reader is not None:
                self._wake_reader(outcome.Value(True))
            elif self.gone:
                self._tell_lost()
        if mask & _WRITABLE and self._writer is not None:
            task, self._writer = self._writer, None
            self.board.has_woken = True
            reschedule(task)

    def overdue(self, now: float) -> bool:
        """See `Handler`."""
        if self._reader is not None and self._read_by <= now:
            self._wake_reader(outcome.Error(Stalled(self)))
        if self._writer is not None and self._write_by <= now:
            task, self._writer = self._writer, None
            reschedule(task, outcome.Error(Stalled(self)))
        self._timed = (self._reader is not None and self._read_by < inf) or (
            self._writer is not None and self._write_by < inf
        )
        return self._timed

    def interrupt(self) -> None:
        """End a wait that is idle."""
        if self._idle:
            self._wake_reader(outcome.Value(False))

    def _tell_lost(self) -> None:
        if (self._partner is None and self._scope is None) or not self.lost:
            return
        if self._partner is not None:
            self._partner._wake_reader(outcome.Error(Lost(self)))
        if self._scope is not None:
            self._scope.cancel()

    def _wake_reader(self, result: outcome.Outcome[bool]) -> None:
        if self._reader is not None:
            task, self._reader = self._reader, None
            self.board.has_woken = True
            reschedule(task, result)

    def _stop_receiving(self, _raise: RaiseCancelT) -> Abort:
        self._reader = None
        return Abort.SUCCEEDED

    def _stop_sending(self, _raise: RaiseCancelT) -> Abort:
        self._writer = None
        return Abort.SUCCEEDED

    def finish(self) -> None:
        """Say that nothing more will come."""
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_WR)

    def close(self, *, reset: bool = False) -> None:
        """End it, if it is still ours. With `reset` the other side meets an error."""
        self.serve(None)
        if self._partner is not None:
            self._partner.serve(None)
        if not self._given and self.sock.fileno() >= 0:
            self.board.remove(self.sock.fileno())
            if reset:
                self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
            self.sock.close()

    def leave(self) -> socket.socket:
        """Give the socket away, as it stands on the switchboard; `close` then does nothing."""
        self.serve(None)
        self._given = True
        return self.sock
