"""The real API on a real port, in a thread of its own, and a wire to it that breaks."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import trio

from services.api import Options
from services.api.service import run
from tests.ports import free_ports
from tests.services.api.fakes import Fakes

TOKEN = "a-token-for-tests"


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, Fakes]]:
    """Its address, and the services behind it as a test plays them."""
    begun = threading.Event()
    (port,) = free_ports(1)
    found: dict[str, Any] = {}

    async def main() -> None:
        fakes = found["fakes"] = Fakes(folder)
        options = Options(
            bind=f"127.0.0.1:{port}", preview="https://preview.example.com/", token=TOKEN
        )
        found["end"] = partial(trio.from_thread.run_sync, fakes.harness.stopping.set)
        found["token"] = trio.lowlevel.current_trio_token()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(fakes.answer)
            await run(fakes.harness.context(options), ready=begun.set)
            nursery.cancel_scope.cancel()

    thread = threading.Thread(target=trio.run, args=(main,))
    thread.start()
    assert begun.wait(30)
    try:
        yield f"http://127.0.0.1:{port}", found["fakes"]
    finally:
        found["end"](trio_token=found["token"])
        thread.join(30)
        assert not thread.is_alive()


class Wire:
    """Passes on to an address, but of what comes back only so many bytes per connection.

    `budgets` are those of the connections in the order they come; further ones have no limit.
    """

    def __init__(self, address: str, budgets: Iterator[int]) -> None:
        host, _, port = address.removeprefix("http://").rstrip("/").rpartition(":")
        self._upstream = (host, int(port))
        self._budgets = budgets
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.connections = 0
        self._threads = [threading.Thread(target=self._accept)]
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> Wire:
        self._threads[0].start()
        return self

    def __exit__(self, *error: object) -> None:
        for open_ in (self._listener, *self._sockets):
            with suppress(OSError):
                open_.shutdown(socket.SHUT_RDWR)
            open_.close()
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(self._upstream)
                self.connections += 1
                self._sockets += [near, far]
                for passing in (
                    partial(self._pass, near, far, float("inf")),
                    partial(self._pass, far, near, next(self._budgets, float("inf"))),
                ):
                    self._threads.append(threading.Thread(target=passing))
                    self._threads[-1].start()

    def _pass(self, source: socket.socket, target: socket.socket, budget: float) -> None:
        with suppress(OSError):
            while budget > 0 and (data := source.recv(65536)):
                target.sendall(data[: int(min(budget, len(data)))])
                budget -= len(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
