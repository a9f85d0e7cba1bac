"""Connections as they come in, and what to do when there are too many."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Iterable

import structlog
import trio

from services.binding import split
from services.loopback import is_loopback, skip_pacing

log = structlog.get_logger()

BACKLOG = 4096
TURN = 64  # connections between two turns of everything else
PAUSE = 0.2  # seconds; descriptors come back when others close theirs
KEEP_ALIVE = 60  # seconds of silence; a laptop that is shut says no goodbye to its WebSockets
EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})

Admit = Callable[[socket.socket, str], None]


async def open_listeners(addresses: Iterable[str]) -> list[socket.socket]:
    """Listen on each "host:port" or "[host]:port"; all of them, or none and an `OSError`."""
    listeners: list[socket.socket] = []
    try:
        for address in addresses:
            listeners += await _listen(address)
    except BaseException:
        for listener in listeners:
            listener.close()
        raise
    return listeners


async def _listen(address: str) -> list[socket.socket]:
    host, port = split(address)
    opened = await trio.open_tcp_listeners(port, host=host, backlog=BACKLOG)
    return [_plain(listener) for listener in opened]


def _plain(listener: trio.SocketListener) -> socket.socket:
    """A listener's socket without Trio around it."""
    theirs = listener.socket
    plain = socket.socket(theirs.family, theirs.type, theirs.proto, theirs.detach())
    plain.setblocking(False)
    return plain


async def accept(listener: socket.socket, admit: Admit) -> None:
    """Give every connection and where it comes from to `admit`, until cancelled.

    Without descriptors left it pauses: who knocks waits in the backlog meanwhile.
    """
    turn = 0
    told = False
    while True:
        try:
            sock, address = listener.accept()
        except BlockingIOError:
            await trio.lowlevel.wait_readable(listener)
            continue
        except OSError as error:
            if error.errno in EXHAUSTED:
                if not told:
                    log.warning("cannot accept for now: raise rlimits.nofile", reason=str(error))
                told = True
                await trio.sleep(PAUSE)
            else:
                await trio.lowlevel.checkpoint()  # it was gone before it was taken
            continue
        told = False
        sock.setblocking(False)
        if sock.family in (socket.AF_INET, socket.AF_INET6):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEP_ALIVE)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, KEEP_ALIVE // 4)
            if is_loopback(str(address[0])):
                skip_pacing(sock)
        admit(sock, str(address[0]))
        turn += 1
        if turn % TURN == 0:
            await trio.lowlevel.checkpoint()
