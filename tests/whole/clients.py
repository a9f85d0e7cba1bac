"""Who is in the middle of something with the API: beside a test, and over bare connections."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from http.client import HTTPException
from typing import Any

from tests.whole.api import Product

GOODBYE = b"retry: 3000\n\n\r\n0\r\n\r\n"  # how a stream of events ends: the last chunk


class Caller(threading.Thread):
    """Does something beside the test; `result` is what came of it, or what went wrong with it."""

    def __init__(self, call: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self._call = call
        self.result: Any = None
        self.start()

    def run(self) -> None:
        try:
            self.result = self._call()
        except (OSError, HTTPException) as error:
            self.result = error

    def ended(self) -> Any:
        self.join(30)
        assert not self.is_alive()
        return self.result


def head(product: Product, method: str, path: str, *more: str) -> bytes:
    lines = (
        f"{method} {path} HTTP/1.1",
        "Host: a",
        f"Authorization: Bearer {product.token}",
        *more,
    )
    return "\r\n".join([*lines, "", ""]).encode()


def connect(product: Product) -> socket.socket:
    return socket.create_connection((product.address, product.api_port), timeout=30)


def rest(connection: socket.socket, received: bytes = b"") -> bytes:
    """All that comes until the other side closes."""
    while part := connection.recv(65536):
        received += part
    return received


def heard(connection: socket.socket, text: bytes) -> bytes:
    """What came until a text was in it."""
    received = b""
    while text not in received:
        part = connection.recv(65536)
        assert part, received
        received += part
    return received


def listen(product: Product, path: str) -> Caller:
    """A stream of events that has begun."""
    connection = connect(product)
    connection.sendall(head(product, "GET", path, "Accept: text/event-stream"))
    received = heard(connection, b"data: ")

    def until_the_end() -> bytes:
        with connection:
            return rest(connection, received)

    return Caller(until_the_end)
