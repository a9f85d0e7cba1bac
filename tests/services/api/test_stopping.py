"""The service is asked to stop in the middle of things: those end, or are told, in time."""

import json
import struct
from fcntl import ioctl
from termios import TIOCOUTQ

import pytest
import trio
import trio.testing

from services.messages import EventPage
from services.messages.agent import Event
from tests.services.api.fakes import IDS, KEY
from tests.services.api.test_service import read_until, start
from tests.supervisor.real import until

__all__ = ["start"]

GOODBYE = b"retry: 3000\n\n"
WITHIN = 30.0  # seconds until whoever has no answer yet is cut off: here everybody has one


@pytest.fixture(autouse=True)
def hurry(monkeypatch):
    """As the service does it, with less patience for others and more for a busy machine."""
    monkeypatch.setattr("services.api.service.ANSWER_WITHIN", 0.2)
    monkeypatch.setattr("services.api.service.CLOSE_WITHIN", WITHIN)


def head(api, path, length):
    """The beginning of an upload."""
    return api.request("POST", path).replace(b"Length: 0", b"Length: %d" % length)


async def answer(stream):
    """All that comes until the server closes: the status, the content type and the body."""
    received = bytearray()
    with trio.fail_after(WITHIN):
        async for part in stream:
            received += part
    lines, _, body = bytes(received).partition(b"\r\n\r\n")
    kinds = [line for line in lines.lower().splitlines() if line.startswith(b"content-type:")]
    return int(lines.split()[1]), kinds[0].split()[1].decode(), body


async def ended(api):
    """Wait for the end of the service; how long that took."""
    began = trio.current_time()
    with trio.fail_after(WITHIN):
        await api.ended.wait()
    return trio.current_time() - began


async def taken_up(api):
    """Connect, and be sure that the connection is served."""
    stream = await trio.open_tcp_stream("127.0.0.1", api.port)
    await stream.send_all(b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
    await read_until(stream, b'{"status":"alive"}')
    return stream


def on_its_way(stream):
    """How many bytes of what was sent have not come to the other side."""
    return struct.unpack("i", ioctl(stream.socket.fileno(), TIOCOUTQ, bytes(4)))[0]


async def taken_in(stream):
    """Until the server has read what was sent: a busy machine may be late to deliver it."""
    await until(lambda: not on_its_way(stream))
    await trio.testing.wait_all_tasks_blocked()


@pytest.mark.parametrize(
    ("path", "kind", "key"),
    [
        ("/api/init", "application/json", "error"),
        ("/v1/threads/acme/ann/t1/turns", "application/problem+json", "detail"),
    ],
)
@pytest.mark.parametrize("trickles", [True, False])
async def test_an_upload_that_does_not_come_to_its_end_is_told_and_holds_nobody(
    start, fakes, path, kind, key, trickles
):
    api = await start()
    async with await taken_up(api) as stream, trio.open_nursery() as nursery:
        await stream.send_all(head(api, path, 100_000) + b"{")
        await taken_in(stream)

        async def trickle():
            while True:
                await trio.sleep(0.01)
                try:
                    await stream.send_all(b" ")
                except trio.BrokenResourceError:
                    return

        if trickles:
            nursery.start_soon(trickle)
        fakes.harness.stopping.set()
        status, told, body = await answer(stream)
        nursery.cancel_scope.cancel()
    assert (status, told) == (503, kind)
    assert "the server is stopping; send it again" in json.loads(body)[key]
    assert await ended(api) < WITHIN
    assert fakes.asked == []


async def test_an_upload_that_comes_to_its_end_in_time_is_answered(start, fakes, monkeypatch):
    monkeypatch.setattr("services.api.service.ANSWER_WITHIN", WITHIN)
    api = await start()
    body = json.dumps(IDS).encode()
    async with await taken_up(api) as stream:
        await stream.send_all(head(api, "/api/init", len(body)) + body[:10])
        await taken_in(stream)
        fakes.harness.stopping.set()
        await trio.testing.wait_all_tasks_blocked()
        await stream.send_all(body[10:])
        status, _, reply = await answer(stream)
    assert (status, json.loads(reply)["success"]) == (200, True)
    assert await ended(api) < WITHIN


async def test_a_hundred_that_wait_for_others_are_told_all_of_them(start, fakes, monkeypatch):
    monkeypatch.setattr("services.api.grace.MORE", WITHIN)
    api = await start()
    fakes.silence = trio.Event()
    body = json.dumps(IDS).encode()
    told = []
    async with trio.open_nursery() as nursery:

        async def ask():
            async with await taken_up(api) as stream:
                await stream.send_all(head(api, "/api/init", len(body)) + body)
                told.append(await answer(stream))

        for _ in range(100):
            nursery.start_soon(ask)
        with trio.fail_after(20):
            await fakes.until_asked(100)
        fakes.harness.stopping.set()
    assert [status for status, _, _ in told] == [503] * 100
    assert all(b"the server is stopping; ask again" in body for _, _, body in told)
    assert await ended(api) < WITHIN


async def test_streams_say_when_to_come_back(start, fakes, nursery):
    api = await start()
    fakes._open(KEY)
    never = trio.Event()

    async def read(request):
        if request.wait:
            await never.wait()
        return EventPage((Event(1, "turn.started", b"{}"),), 1)

    fakes.read_events = read
    at = "/v1/threads/acme/ann/t1"
    paths = (f"{at}/events", f"{at}/live", "/v1/transfers", "/v1/previews")
    last = {}
    async with trio.open_nursery() as streams:

        async def listen(path, *, task_status):
            async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
                asked = api.request("GET", path, b"", "Accept: text/event-stream")
                await stream.send_all(asked)
                received = await read_until(stream, b"data: ")
                task_status.started()
                async for part in stream:
                    received += part
                last[path] = received

        for path in paths:
            await streams.start(listen, path)
        fakes.harness.stopping.set()
        assert await ended(api) < WITHIN
    for path in paths:
        # Chunked, and come to its end.
        assert last[path].endswith(GOODBYE + b"\r\n0\r\n\r\n"), path


async def test_whatever_a_view_waits_for_it_is_told_on_fake_time(
    client, headers, fakes, autojump_clock
):
    fakes._open(KEY)
    began = trio.current_time()
    async with client.request("/api/init", method="POST", headers=headers) as upload:
        await upload.send(b"{")
        await trio.sleep(30)
        fakes.harness.stopping.set()
        reply = await upload.as_response()
    assert reply.status_code == 503
    assert trio.current_time() - began == pytest.approx(33.25)
