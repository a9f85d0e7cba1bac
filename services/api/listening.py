"""The socket of the API, and how hypercorn is told to use it."""

from __future__ import annotations

import socket

from hypercorn.config import Config, Sockets

from services.api.server_log import ServerLog


class CannotListen(Exception):
    """The address in `bind` is malformed or cannot be had; the text says what to do."""


def parse_bind(bind: str) -> tuple[str, int]:
    """Host and port of "host:port" or "[host]:port"; raises `CannotListen`."""
    host, colon, port = bind.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not (colon and host and port.isascii() and port.isdecimal() and int(port) < 65536):
        raise CannotListen(
            f"cannot listen on {bind!r}: write service.api.options.bind as HOST:PORT, "
            "for example 127.0.0.1:8080"
        )
    return host, int(port)


def bound_socket(bind: str) -> socket.socket:
    """A socket bound to "host:port" that does not listen yet. Blocks to resolve the host.

    Bound here and not by hypercorn, so that an address in use fails with a sentence instead of
    an exception group. Raises `CannotListen`.
    """
    host, port = parse_bind(bind)
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise CannotListen(
            f"cannot listen on {bind}: {error.strerror}; "
            "free that address or choose another in service.api.options.bind"
        ) from error
    sock.setblocking(False)
    return sock


class _Bound(Config):
    def __init__(self, sock: socket.socket) -> None:
        super().__init__()
        self._sock = sock

    def create_sockets(self) -> Sockets:
        return Sockets([], [self._sock], [])


def configure(sock: socket.socket, close_within: float) -> Config:
    """Serve on `sock`; asked to stop, drop what is still open after `close_within` seconds."""
    config = _Bound(sock)
    config.graceful_timeout = close_within
    config.include_server_header = False
    config.logger_class = ServerLog
    return config
