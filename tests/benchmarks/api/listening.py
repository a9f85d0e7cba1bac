"""A crowd of clients of the API: some listen to events, some ask again and again. On Trio."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field

import trio

EVENT = re.compile(rb"^id: (\d+)\nevent: [^\n]+\ndata: (\{[^\n]+)$", re.MULTILINE)
# Of the last in each batch: those before it waited for it, or were on their way together.
TIME = re.compile(rb'"time":([0-9.e]+)')
ADDRESSES = 250  # of the loopback, so that no client has more streams than one may have


@dataclass(slots=True)
class Heard:
    """What one listener was told: the ids, and how old the last event of each batch was."""

    path: str
    ids: list[int] = field(default_factory=list[int])
    ages: list[float] = field(default_factory=list[float])


@dataclass(frozen=True, slots=True)
class Door:
    port: int
    token: str

    async def ask(self, path: str, number: int = 0) -> trio.SocketStream:
        """Send a GET from an address of its own."""
        stream = await trio.open_tcp_stream(
            "127.0.0.1", self.port, local_address=f"127.0.1.{1 + number % ADDRESSES}"
        )
        head = (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.token}\r\n\r\n"
        )
        await stream.send_all(head.encode())
        return stream


async def listen(door: Door, number: int, heard: Heard, ready: trio.Event) -> None:
    """Listen until cancelled."""
    stream = await door.ask(heard.path, number)
    async with stream:
        rest = b""
        async for data in stream:
            if not ready.is_set() and b"retry:" in data:
                ready.set()
            whole, end, rest = (rest + data).rpartition(b"\n\n")
            found = EVENT.findall(whole + end)
            heard.ids += [int(id) for id, _ in found]
            if found and (written := TIME.findall(found[-1][1])):
                heard.ages.append(time.time() - float(written[-1]))
    raise ConnectionError(f"the stream {heard.path} ended")


async def poll(door: Door, path: str, every: float, took: list[float]) -> None:
    """Ask again and again on one connection, until cancelled; seconds until each answer."""
    stream = await trio.open_tcp_stream("127.0.0.1", door.port)
    request = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {door.token}\r\n\r\n"
    ).encode()
    async with stream:
        while True:
            began = trio.current_time()
            await stream.send_all(request)
            await _answered(stream)
            took.append(trio.current_time() - began)
            await trio.sleep(max(0.0, every - took[-1]))


async def _answered(stream: trio.SocketStream) -> None:
    received = b""
    while True:
        received += await stream.receive_some()
        head, end, body = received.partition(b"\r\n\r\n")
        if not end:
            continue
        if not head.startswith(b"HTTP/1.1 200"):
            raise ConnectionError(head.decode())
        length = re.search(rb"(?i)content-length: (\d+)", head)
        assert length is not None, head
        if len(body) >= int(length[1]):
            return
