"""What lives in Trio, hosted in a thread: so that Hypothesis, which does not, can ask it."""

from __future__ import annotations

import socket
import tempfile
import threading
from collections.abc import Callable, Generator
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from typing import TypeVar

import outcome
import trio

from tests.supervisor.inside import supervised
from tests.supervisor.real import PATIENCE

T = TypeVar("T")


@contextmanager
def hosted(make: Callable[[], AbstractAsyncContextManager[T]]) -> Generator[T]:
    """What `make` gives, until left. Whatever ended it is raised then: no example may do that."""
    started = threading.Event()
    found: list[tuple[T, Callable[[], None]]] = []
    ends: list[outcome.Outcome[None]] = []

    async def live() -> None:
        token, over = trio.lowlevel.current_trio_token(), trio.Event()
        async with make() as it:
            found.append((it, lambda: token.run_sync_soon(over.set)))
            started.set()
            await over.wait()

    def run() -> None:
        ends.append(outcome.capture(trio.run, live))
        started.set()

    thread = threading.Thread(target=run)
    thread.start()
    assert started.wait(PATIENCE)
    try:
        if found:
            yield found[0][0]
    finally:
        if not ends:
            found[0][1]()
        thread.join(PATIENCE)
        ends[0].unwrap()


@contextmanager
def daemon(toml: str) -> Generator[str]:
    """The path of the control socket of a running supervisor."""
    with (
        tempfile.TemporaryDirectory(prefix="fuzz-") as folder,
        hosted(lambda: supervised(Path(folder), toml)) as path,
    ):
        yield path


def said(address: str | tuple[str, int], data: bytes, *, end: bool = True) -> bytes:
    """Send it, say that no more will come if this is the `end`, and take all that comes back."""
    with socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET) as it:
        it.settimeout(PATIENCE)
        it.connect(address)
        answer = b""
        try:
            it.sendall(data)
            if end:
                it.shutdown(socket.SHUT_WR)
            while piece := it.recv(65536):
                answer += piece
        except TimeoutError:
            raise
        except OSError:
            pass  # it was refused in the middle
        return answer
