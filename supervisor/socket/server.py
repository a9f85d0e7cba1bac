"""The server side: a Unix socket, the peer's user checked, HTTP by h11."""

from __future__ import annotations

import json
import os
import socket
import struct
from functools import partial
from pathlib import Path

import h11
import msgspec
import structlog
import trio

from supervisor.control import Control
from supervisor.socket.routes import respond

log = structlog.get_logger()

BODY_LIMIT = 1024 * 1024
PATIENCE = 30.0


class SocketBusy(Exception):
    """The control socket cannot be had; the text says why and what to do."""


async def open_socket(path: str) -> trio.SocketListener:
    """Listen on `path`, for this user and root alone. A dead daemon's socket is replaced.

    Raises `SocketBusy` when a living one answers there, or the path cannot be a socket.
    """
    if len(os.fsencode(path)) > 107:  # sun_path in unix(7), less its closing NUL
        raise SocketBusy(f"cannot listen on {path}: a socket's path has at most 107 bytes")
    if await _answers(path):
        raise SocketBusy(
            f"cannot listen on {path}: another daemon does; stop it, or set supervisor.socket"
            " to another path"
        )
    # Not Trio's: it would bind in a worker thread, with our umask in force for everybody.
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        _remove(path)
        before = os.umask(0o177)
        try:
            listening.bind(path)
        finally:
            os.umask(before)
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise SocketBusy(f"cannot listen on {path}: {error.strerror}") from None
    return trio.SocketListener(trio.socket.from_stdlib_socket(listening))


def _remove(path: str) -> None:
    if Path(path).is_socket():
        Path(path).unlink()


async def _answers(path: str) -> bool:
    try:
        async with await trio.open_unix_socket(path):
            return True
    except OSError:
        return False


async def serve(listener: trio.SocketListener, control: Control) -> None:
    """Answer until cancelled; then the socket's file is gone."""
    path = listener.socket.getsockname()
    try:
        await trio.serve_listeners(partial(_connection, control), [listener])
    finally:
        _remove(path)


async def _connection(control: Control, stream: trio.SocketStream) -> None:
    # A client that breaks off, or never finishes its request, costs nobody else anything.
    try:
        async with stream:
            if not _may(stream):
                return
            await _exchange(control, stream)
    except (trio.BrokenResourceError, h11.RemoteProtocolError):
        return


def _may(stream: trio.SocketStream) -> bool:
    raw = stream.socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    _pid, uid, _gid = struct.unpack("3i", raw)
    if uid in (0, os.geteuid()):
        return True
    log.warning("control socket refused a user", uid=uid)
    return False


async def _exchange(control: Control, stream: trio.SocketStream) -> None:
    """One request and its answer; the connection then ends."""
    connection = h11.Connection(h11.SERVER)
    request, body = None, b""
    with trio.move_on_after(PATIENCE):
        request, body = await _read(connection, stream)
    if request is None:
        return
    if len(body) > BODY_LIMIT:
        status, answer = 413, {"error": f"a body has at most {BODY_LIMIT} bytes"}
    else:
        method, path = request.method.decode(), request.target.decode("ascii", "replace")
        status, answer = await respond(control, method, path, body)
    # ASCII, since a reason may quote what is no UTF-8.
    payload = json.dumps(msgspec.to_builtins(answer)).encode()
    response = h11.Response(
        status_code=status,
        reason=b"OK" if status < 400 else b"Refused",
        headers=[
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(payload))),
            ("Connection", "close"),
        ],
    )
    data = connection.send(response)
    if request.method != b"HEAD":
        data += connection.send(h11.Data(data=payload))
    await stream.send_all(data + connection.send(h11.EndOfMessage()))


async def _read(
    connection: h11.Connection, stream: trio.SocketStream
) -> tuple[h11.Request | None, bytes]:
    request, body = None, b""
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await stream.receive_some())
        elif isinstance(event, h11.Request):
            request = event
        elif isinstance(event, h11.Data):
            body += bytes(event.data)
            if len(body) > BODY_LIMIT:
                return request, body
        else:
            return request, body
