"""A way to the API that breaks off in the middle of what it carries, again and again."""

from __future__ import annotations

import random
import socket
import struct
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from threading import Thread

BYTES = range(300, 4000)  # after so many that were sent back a connection is reset
# A browser comes back in a second; for a test that is dropped so often, sooner.
SOONER = ((b"retry: 1000\n", b"retry: 0020\n"), (b"retry: 3000\n", b"retry: 0020\n"))


class Cutting:
    """Listens on `port`, and leads to `target`; while nobody is there, it waits.

    `cuts` counts the connections that it reset, by the path that was asked for.
    """

    def __init__(self, target: int, seed: int) -> None:
        self.cutting = True
        self.cuts: dict[str, int] = {}
        self._target = target
        self._chance = random.Random(seed)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._ended = False
        Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """End every connection."""
        self._ended = True
        self._listener.close()
        for sock in tuple(self._open):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            self._open.add(client)
            request = client.recv(65536)
            path = request.partition(b" HTTP/")[0].partition(b" ")[2].decode()
            with self._reached() as server:
                self._open.add(server)
                server.sendall(request)
                self._answer(client, server, path.partition("?")[0])
                self._open.discard(server)
        self._open.discard(client)

    def _reached(self) -> socket.socket:
        while True:
            try:
                return socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                if self._ended:
                    raise
                time.sleep(0.02)

    def _answer(self, client: socket.socket, server: socket.socket, path: str) -> None:
        left = self._chance.choice(BYTES)
        while data := server.recv(2048):
            for long, short in SOONER:
                data = data.replace(long, short)
            if self.cutting and path.endswith("/events") and len(data) > left:
                client.sendall(data[:left])
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.cuts[path] = self.cuts.get(path, 0) + 1
                return
            left -= len(data)
            client.sendall(data)


@contextmanager
def cutting(target: int, seed: int) -> Generator[Cutting]:
    way = Cutting(target, seed)
    try:
        yield way
    finally:
        way.close()
