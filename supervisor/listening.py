"""The listening sockets that outlive the services they are for."""

from __future__ import annotations

import socket
from collections.abc import Iterable


class Listening:
    """Sockets by service and address. Whoever connects while a service is between two lives
    waits in the socket's queue, and is answered by the next life.
    """

    def __init__(self) -> None:
        self._sockets: dict[tuple[str, str], socket.socket] = {}

    def open(self, service: str, addresses: Iterable[str]) -> tuple[socket.socket, ...]:
        """Listen on these addresses, as of the first call; close those no longer named."""
        raise NotImplementedError

    def close(self, service: str) -> None:
        """Listen no longer for a service that vanished."""

    def close_all(self) -> None:
        """Listen no longer for anybody."""
