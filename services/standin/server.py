"""A stand-in that listens on a port of this machine."""

from __future__ import annotations

import socket
import struct
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import trio

from services.standin.answering import Answering, Brain
from services.standin.conversation import Conversation
from services.standin.heard import Heard
from services.standin.script import Script

HOST = "127.0.0.1"
_RESET = struct.pack("ii", 1, 0)  # of SO_LINGER: close with a reset, and with nothing in flight


class Standin:
    """What a test, or whoever started it, has in hand.

    `script` and `directory` (what `{cwd}` is) can be changed at any time. `requests` are all that
    came, in order, over every life of the server.
    """

    def __init__(
        self,
        nursery: trio.Nursery,
        script: Script,
        host: str,
        port: int,
        directory: str | None,
    ) -> None:
        self.requests: list[Heard] = []
        self.port = port
        self.on_heard: Callable[[Heard], None] = lambda _: None
        self._nursery = nursery
        self._host = host
        self._brain = Brain(script, directory)
        self._changed = trio.Event()
        self._life: trio.CancelScope | None = None
        self._streams: set[trio.SocketStream] = set()

    @property
    def url(self) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self.port}"

    @property
    def asked(self) -> list[Conversation]:
        """What the model was asked, in order."""
        return [it.conversation for it in self.requests if it.conversation is not None]

    @property
    def script(self) -> Script:
        return self._brain.script

    @script.setter
    def script(self, script: Script) -> None:
        self._brain.script = script

    @property
    def directory(self) -> str | None:
        return self._brain.directory

    @directory.setter
    def directory(self, directory: str | None) -> None:
        self._brain.directory = directory

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until it holds; looked at whenever a request has come or is done with."""
        while not condition():
            await self._changed.wait()

    async def revive(self) -> None:
        """Listen again, on the same port, after `kill`. Raises `OSError`."""
        await self._nursery.start(self._live)

    async def _live(self, *, task_status: trio.TaskStatus[None]) -> None:
        # Trio sets SO_REUSEADDR: the port can be had again while old connections linger.
        listeners = await trio.open_tcp_listeners(self.port, host=self._host)
        self.port = listeners[0].socket.getsockname()[1]
        task_status.started()
        with trio.CancelScope() as self._life:
            await trio.serve_listeners(self._serve, listeners)

    def kill(self) -> None:
        """End as a killed process does: nobody listens, and every connection is reset."""
        for stream in self._streams:
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        if self._life is not None:
            self._life.cancel()

    async def _serve(self, stream: trio.SocketStream) -> None:
        self._streams.add(stream)
        try:
            await Answering(self._brain, self._tell).serve(stream)
        finally:
            self._streams.discard(stream)

    def _tell(self, heard: Heard) -> None:
        if heard not in self.requests:
            self.requests.append(heard)
        self.on_heard(heard)
        self._changed.set()
        self._changed = trio.Event()


@asynccontextmanager
async def standin(
    script: Script | None = None, *, port: int = 0, directory: str | None = None, host: str = HOST
) -> AsyncGenerator[Standin]:
    """A stand-in on a free port, or on this one, for as long as the context lasts.

    Raises `OSError` where the port cannot be had.
    """
    async with trio.open_nursery() as nursery:
        it = Standin(nursery, script or Script(), host, port, directory)
        await it.revive()
        yield it
        nursery.cancel_scope.cancel()
