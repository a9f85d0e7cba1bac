"""How soon an edit reaches a browser through the front door, and how soon without it."""

from __future__ import annotations

import re
import select
import socket
import time
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import msgspec
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, RejectConnection, Request, TextMessage

from tests.benchmarks import procfs
from tests.benchmarks.figures import Aim, Figure, Results, percentile
from tests.benchmarks.proxies.sizes import Sizes
from tests.benchmarks.proxies.stage import Stage
from tests.whole.daemon import Daemon

DIRECT, DOOR = "direct", "nurseryd"
NEWS = ("update", "full-reload")  # what makes a browser show something new
WITHIN = 20.0  # seconds
QUIET = 0.2
P50, P95 = percentile(50), percentile(95)
ARRIVAL = (
    Figure("edits", "edit to HMR frame, p50", "ms", summary=P50),
    Figure("edits", "edit to HMR frame, p95", "ms", summary=P95),
)
BEYOND = (
    Figure("edits", "the same beyond direct, p50", "ms", summary=P50),
    Figure("edits", "the same beyond direct, p95", "ms", (Aim("", 50.0),), summary=P95),
)


def measure(results: Results, sizes: Sizes, stage: Stage) -> None:
    """The whole daemon with the starter site; two sockets see each edit, one of them directly."""
    scratch = stage.disk / "edits"
    scratch.mkdir()
    with Daemon(scratch, scratch / "cache", WORKSPACE_PATH=str(scratch / "volume")) as daemon:
        daemon.init()
        daemon.shown("<h1")
        server = daemon.dev_server()
        assert server is not None
        (port,) = procfs.listening(server["pid"])
        page = scratch / "volume" / "acme" / "ada" / "threads" / "first" / "src/pages/index.astro"
        with ExitStack() as open_sockets:
            sockets = {
                name: open_sockets.enter_context(Browser(at))
                for name, at in ((DIRECT, port), (DOOR, daemon.hmr_port))
            }
            for number in range(sizes.edits):
                daemon.page()
                _settle(sockets)
                _add(results, _edit(page, f"<!-- edit {number} -->", sockets))
        daemon.end()


def _add(results: Results, took: Mapping[str, float]) -> None:
    for figure in ARRIVAL:
        for name, ms in took.items():
            results.add(figure, name, ms)
    for figure in BEYOND:
        results.add(figure, DOOR, took[DOOR] - took[DIRECT])


def _edit(page: Path, text: str, sockets: Mapping[str, Browser]) -> dict[str, float]:
    """ms from just before the write until each socket has the news."""
    source = page.read_text(encoding="utf-8")
    waiting = dict(sockets)
    took: dict[str, float] = {}
    begun = time.monotonic()
    page.write_text(f"{source}{text}\n", encoding="utf-8")
    while waiting and time.monotonic() < begun + WITHIN:
        for name in _readable(waiting, WITHIN):
            at = time.monotonic()
            if any(kind in NEWS for kind in waiting[name].read()):
                took[name] = (at - begun) * 1e3
                del waiting[name]
    if waiting:
        raise TimeoutError(f"no news of an edit within {WITHIN:g} s: {', '.join(waiting)}")
    return took


def _settle(sockets: Mapping[str, Browser]) -> None:
    """Take what else there is, until nothing comes any more."""
    while ready := _readable(sockets, QUIET):
        for name in ready:
            sockets[name].read()


def _readable(sockets: Mapping[str, Browser], seconds: float) -> Sequence[str]:
    ready, _, _ = select.select(list(sockets.values()), [], [], seconds)
    return [name for name, browser in sockets.items() if browser in ready]


class Browser:
    """The HMR socket of Vite's client, as a context manager."""

    def __init__(self, port: int) -> None:
        host = f"localhost:{port}"
        client = _get(port, host, "/@vite/client")
        token = re.search(r'wsToken = "([^"]+)"', client)
        assert token is not None, client[:1000]
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._protocol = WSConnection(ConnectionType.CLIENT)
        request = Request(
            host=host,
            target=f"/?token={token[1]}",
            subprotocols=["vite-hmr"],
            extra_headers=[(b"origin", f"http://{host}".encode())],
        )
        self._socket.sendall(self._protocol.send(request))
        while not self._accepted():
            self._receive()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._socket.close()

    def fileno(self) -> int:
        return self._socket.fileno()

    def read(self) -> list[str]:
        """Wait for something; the kinds of the messages that are complete."""
        self._receive()
        return [
            msgspec.json.decode(event.data, type=Message).type
            for event in self._protocol.events()
            if isinstance(event, TextMessage) and event.message_finished
        ]

    def _receive(self) -> None:
        data = self._socket.recv(1 << 16)
        assert data, "the HMR socket ended"
        self._protocol.receive_data(data)

    def _accepted(self) -> bool:
        for event in self._protocol.events():
            assert not isinstance(event, RejectConnection), event
            if isinstance(event, AcceptConnection):
                return True
        return False


class Message(msgspec.Struct):
    type: str = ""


def _get(port: int, host: str, path: str) -> str:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Host": host})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read().decode()
