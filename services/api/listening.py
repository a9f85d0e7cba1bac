"""The socket of the API, and what hypercorn is told."""

from __future__ import annotations

import socket

from hypercorn.config import Config

from services.api.server_log import ServerLog
from services.binding import split


class CannotListen(Exception):
    """The address in `bind` cannot be had; the text says what to do."""


def bound_socket(bind: str) -> socket.socket:
    """A socket bound to "host:port" that does not listen yet. Blocks to resolve the host.

    Bound here and not by hypercorn, so that an address in use fails with a sentence instead of
    an exception group. Raises `CannotListen`.
    """
    host, port = split(bind)
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


def url_of(sock: socket.socket) -> str:
    """The address that a bound socket is reached at."""
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def configure() -> Config:
    """How hypercorn behaves."""
    config = Config()
    config.include_server_header = False
    config.logger_class = ServerLog
    return config
