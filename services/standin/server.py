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

    `script` and `directory` can be changed at any time. `requests` are what came, in order, over
    every life of the server; `on_heard` is told of each when it has come and when it is done with.
    """

    def __init__(self, nursery: trio.Nursery, brain: Brain, host: str, keep: int | None) -> None:
        self.requests: list[Heard] = []
        self.port = 0
        self.on_heard: Callable[[Heard], None] = lambda _: None
        self._nursery = nursery
        self._brain = brain
        self._host = host
        self._keep = keep
        self._heard = 0
        self._changed = trio.Event()
        self._life = trio.CancelScope()
        self._dead = trio.Event()
        self._streams: set[trio.SocketStream] = set()

    @property
    def url(self) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self.port}"

    @property
    def asked(self) -> list[Conversation]:
        """What the model was asked, in order; a client's probes are left out."""
        asked = (it.conversation for it in self.requests)
        return [it for it in asked if it is not None and not it.probe]

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
        """Listen again, on the same port, once it is dead. Raises `OSError`."""
        await self._dead.wait()
        self.start(await _listen(self._host, self.port))

    def start(self, listeners: list[trio.SocketListener]) -> None:
        """Answer on these, until killed."""
        self.port = listeners[0].socket.getsockname()[1]
        self._life, self._dead = trio.CancelScope(), trio.Event()
        self._nursery.start_soon(self._live, listeners)

    async def _live(self, listeners: list[trio.SocketListener]) -> None:
        with self._life:
            await trio.serve_listeners(self._serve, listeners)
        self._dead.set()

    def kill(self) -> None:
        """End as a killed process does: nobody listens, and every connection is reset."""
        for stream in self._streams:
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._life.cancel()

    async def _serve(self, stream: trio.SocketStream) -> None:
        self._streams.add(stream)
        try:
            await Answering(self._brain, self._tell).serve(stream)
        finally:
            self._streams.discard(stream)

    def _tell(self, heard: Heard) -> None:
        if not heard.number:
            self._heard += 1
            heard.number = self._heard
            self.requests.append(heard)
            if self._keep is not None:
                del self.requests[: -self._keep]
        self.on_heard(heard)
        self._changed.set()
        self._changed = trio.Event()


@asynccontextmanager
async def standin(
    script: Script | None = None,
    *,
    port: int = 0,
    directory: str | None = None,
    host: str = HOST,
    keep: int | None = None,
) -> AsyncGenerator[Standin]:
    """A stand-in on a free port, or on this one, for as long as the context lasts.

    `directory` is what `{cwd}` is in the script; without it, what the client's prompts say. `keep`
    is how many requests are kept, all of them where nobody says. Raises `OSError` where the port
    cannot be had.
    """
    listeners = await _listen(host, port)
    async with trio.open_nursery() as nursery:
        it = Standin(nursery, Brain(script or Script(), directory), host, keep)
        it.start(listeners)
        yield it
        nursery.cancel_scope.cancel()


async def _listen(host: str, port: int) -> list[trio.SocketListener]:
    # Trio sets SO_REUSEADDR: the port can be had again while old connections linger.
    return await trio.open_tcp_listeners(port, host=host)
