"""Sending to a client that may read slowly, or not at all."""

from __future__ import annotations

import fcntl
import socket
import struct
import termios

import trio

_INT = struct.Struct("i")


async def send(sock: socket.socket, data: bytes | memoryview, stall: float) -> None:
    """All of `data`, on a socket that does not block.

    Raises `OSError` where the other side is gone, `TimeoutError` among them where it has taken
    nothing for `stall` seconds. It checkpoints only if it has to wait.
    """
    try:
        sent = sock.send(data)
    except BlockingIOError:
        sent = 0
    if sent < len(data):
        await _send_rest(sock, memoryview(data)[sent:], stall)


async def _send_rest(sock: socket.socket, rest: memoryview, stall: float) -> None:
    queued = _queued(sock)
    while rest:
        with trio.move_on_after(stall) as scope:
            await trio.lowlevel.wait_writable(sock)
        if scope.cancelled_caught:
            # There is room again only when a third of the kernel's buffer is free, which for a slow
            # client may take longer than it is given to take anything.
            before, queued = queued, _queued(sock)
            if queued >= before:
                raise TimeoutError
            continue
        try:
            rest = rest[sock.send(rest) :]
        except BlockingIOError:
            continue
        queued = _queued(sock)


def _queued(sock: socket.socket) -> int:
    """How many bytes the kernel has that the other side did not acknowledge."""
    return int(_INT.unpack(fcntl.ioctl(sock, termios.TIOCOUTQ, _INT.pack(0)))[0])
