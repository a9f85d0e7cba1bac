"""The events of a thread over a real socket: resumed, ended, abandoned, read slowly."""

import socket

import pytest
import trio
from structlog.testing import capture_logs

from services.messages import Event, EventPage, ReadEvents
from supervisor.desk import NotFound
from tests.services.api.fakes import KEY
from tests.services.api.test_service import fewer_tasks_than, read_until, start

__all__ = ["start"]

EVENTS = "/v1/threads/acme/ann/t1/events"
LARGE = 100_000  # bytes of an event


class Journal:
    """Answers `ReadEvents` of the fakes."""

    def __init__(self, fakes):
        self.count = 0
        self.size = 1
        self.asked = []
        self.changed = trio.Event()
        self.waiting = trio.Event()
        fakes.read_events = self.read

    def append(self, count=1):
        self.count += count
        self.changed.set()
        self.changed = trio.Event()

    async def read(self, request):
        self.asked.append(request)
        if request.wait:
            self.waiting.set()
        with trio.move_on_after(request.wait):
            while self.count <= request.after:
                await self.changed.wait()
        numbers = range(request.after + 1, min(self.count, request.after + request.limit) + 1)
        data = b'{"text":"%s"}' % (b"x" * self.size)
        return EventPage(tuple(Event(number, "text.delta", data) for number in numbers), self.count)


@pytest.fixture
def journal(fakes):
    return Journal(fakes)


async def test_events_come_as_they_happen_from_the_one_that_was_seen_last(start, journal):
    api = await start()
    journal.append(3)
    async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
        await stream.send_all(api.request("GET", f"{EVENTS}?after=1", b"", "Last-Event-ID: 2"))
        received = await read_until(stream, b"id: 3\n")
        assert b"content-type: text/event-stream; charset=utf-8" in received
        assert b"cache-control: no-store" in received
        assert b"x-accel-buffering: no" in received
        assert b"retry: " in received
        assert b"id: 2\n" not in received
        journal.append()
        await read_until(stream, b'id: 4\nevent: text.delta\ndata: {"text":"x"}\n\n')
    assert journal.asked[0] == ReadEvents(KEY, 2, 0.0, 200)


async def test_a_silent_stream_opens_at_once(start, journal):
    api = await start()
    async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
        await stream.send_all(api.request("GET", EVENTS))
        await read_until(stream, b"retry: 1000\n\n")


async def test_a_stop_ends_the_stream_as_it_should_end(start, journal, fakes):
    api = await start()
    request = api.request("GET", EVENTS, b"", "Connection: close")
    async with trio.open_nursery() as nursery:

        @nursery.start_soon
        async def listen():
            status, body = await api.exchange(request)
            assert status == 200
            # What is sent in chunks has come to its end, instead of breaking off.
            assert body.endswith(b"retry: 3000\n\n\r\n0\r\n\r\n")

        await journal.waiting.wait()
        fakes.harness.stopping.set()
        with trio.fail_after(1):
            await api.ended.wait()


async def test_whoever_leaves_leaves_nothing_behind(start, journal):
    api = await start()
    with capture_logs() as logs:
        async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
            await stream.send_all(api.request("GET", EVENTS))
            await read_until(stream, b"retry:")
            before = trio.lowlevel.current_statistics().tasks_living
        await fewer_tasks_than(before)
    assert logs == []


async def test_who_reads_slowly_is_read_for_slowly(start, journal):
    """No more is read of the journal than what has room in the sockets, and one page."""
    api = await start()
    journal.size = LARGE
    journal.append(100_000)
    sock = trio.socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    await sock.connect(("127.0.0.1", api.port))
    async with trio.SocketStream(sock) as stream:
        await stream.send_all(api.request("GET", EVENTS))
        await read_until(stream, b"id: 1\n")
        await trio.testing.wait_all_tasks_blocked(0.2)
        read = sum(request.limit for request in journal.asked) * LARGE
        assert read <= 2 * 200 * LARGE
        await read_until(stream, b"id: 3\n")


async def test_whoever_asks_for_the_head_alone_waits_for_nothing(start, journal):
    api = await start()
    for path in (EVENTS, "/v1/transfers"):
        request = api.request("HEAD", path, b"", "Connection: close")
        assert await api.exchange(request) == (200, b"")


async def test_an_unknown_thread_is_not_found(client, headers, fakes):
    fakes.refusal = NotFound("no such thread")
    reply = await client.get(EVENTS, headers=headers)
    assert reply.status_code == 404
    assert await reply.get_json() == {"success": False, "error": "no such thread"}


async def test_an_id_that_is_none_is_bad_input(client, headers, fakes):
    reply = await client.get(f"{EVENTS}?after=last", headers=headers)
    assert reply.status_code == 400
    reply = await client.get(EVENTS, headers=headers | {"Last-Event-ID": "last"})
    assert reply.status_code == 400
    assert fakes.asked == []


async def test_listening_is_no_activity(start, journal, fakes):
    api = await start()
    async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
        await stream.send_all(api.request("GET", EVENTS))
        await read_until(stream, b"retry:")
    assert fakes.activities() == []
