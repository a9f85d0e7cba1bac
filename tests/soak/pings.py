"""What open tabs say by themselves, through the front door to the dev server of an Astro site."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import ExitStack

from wsproto.events import Ping, Pong, TextMessage

from tests.benchmarks.proxies.edits import NEWS, Browser
from tests.endurance.promise import Promise, exactly
from tests.soak.load import Load
from tests.soak.world import address
from tests.whole.daemon import until

PING = '{"type":"ping"}'  # as Vite's client says it every half a minute; nothing answers it
BATCH = 10  # of those, in a row, before a tab asks whether all have come
POLL_EVERY = 10  # batches: then a tab asks as one does that lost its socket
POLL = (
    "GET / HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    "Sec-WebSocket-Protocol: vite-ping\r\n\r\n"
)
CLOSE, CLOSED = b"\x88", b"\x88\x82\0\0\0\0\x03\xe8"  # a close frame begins so; ours, masked


class Tab(Browser):
    """A `vite-hmr` socket that tells more of what comes than a page needs."""

    def say(self, number: int) -> None:
        """Send a batch of pings, and a ping of the WebSocket protocol, which has to be answered."""
        said = [self._protocol.send(TextMessage(PING)) for _ in range(BATCH)]
        asked = self._protocol.send(Ping(payload=struct.pack("!I", number)))
        self._socket.sendall(b"".join((*said, asked)))

    def until_heard(self, number: int) -> None:
        """Wait for that answer: the dev server has read all that was sent before it."""
        wanted = struct.pack("!I", number)
        while True:
            self._receive()
            for event in self._protocol.events():
                if isinstance(event, Pong) and event.payload == wanted:
                    return


class Pings(Load):
    """A ping is Vite's message on a socket that stays open, and every hundredth a connection of the
    kind `vite-ping`, by which a tab that lost its socket finds out whether the server is back.

    After the last of them an edit reaches every tab.
    """

    name = "pings"

    def prepare(self) -> None:
        self.world.open("p0")
        self.world.good("POST", f"{address('p0')}/preview", {})
        self.world.shown("<h1")
        self._leaving = ExitStack()
        self._tabs = [
            self._leaving.enter_context(Tab(self.world.hmr_port)) for _ in range(self.workers)
        ]

    def work(self, worker: int, share: int) -> None:
        tab = self._tabs[worker]
        for number in self.rounds(share // BATCH):
            with self.one(BATCH):
                tab.say(number)
                tab.until_heard(number)
            if number % POLL_EVERY == POLL_EVERY - 1:
                with self.one():
                    self._poll()

    def _poll(self) -> None:
        with socket.create_connection(("127.0.0.1", self.world.hmr_port), timeout=30) as one:
            one.sendall(POLL.format(port=self.world.hmr_port).encode())
            heard = b""
            while CLOSE not in heard.partition(b"\r\n\r\n")[2]:  # the dev server closes it at once
                part = one.recv(4096)
                heard += part
                if not part or not heard.startswith(b"HTTP/1.1 101 "):
                    raise AssertionError(f"a vite-ping was not let through: {heard!r}")
            one.sendall(CLOSED)
            while one.recv(4096):
                pass

    def _hears(self, tab: Tab) -> bool:
        """Whether it is told of an edit; fails after the patience of its socket."""
        while True:
            if any(kind in NEWS for kind in tab.read()):
                return True

    def promises(self) -> Iterator[Promise]:
        page = self.world.worktree("p0") / "src/pages/index.astro"
        page.write_text(page.read_text().replace("<h1>", "<h1>After all that: "))
        told = sum(self._hears(tab) for tab in self._tabs)
        self._leaving.close()

        def clients() -> bool:
            preview = self.world.good("GET", f"{address('p0')}/preview")["preview"]
            return preview["clients"] == 0

        until("the end of every tab", clients)
        yield exactly("tabs that an edit reached after them", told, self.workers)
