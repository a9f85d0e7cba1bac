"""Events over a real socket: resumed, ended, abandoned, read slowly."""

import socket
import time

import pytest
import trio
from structlog.testing import capture_logs

from services.messages import (
    EVERYTHING,
    Event,
    EventPage,
    ReadEvents,
    Scope,
    ThreadEvent,
    ThreadEventPage,
)
from services.messages.tokens import Access, Grant, sign
from supervisor.desk import NotFound
from tests.services.api.fakes import KEY
from tests.services.api.test_service import (
    fewer_tasks_than,
    nobody_is_cut_off,
    read_until,
    start,
    stopped,
)

__all__ = ["nobody_is_cut_off", "start"]

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


class Everything:
    """Answers `ReadAllEvents` of the fakes: events with the stamps 10, 20, 30."""

    def __init__(self, fakes):
        self.asked = []
        self.last = 30
        self.changed = trio.Event()
        self.waiting = trio.Event()
        fakes.read_events = self.read

    async def read(self, request):
        self.asked.append(request)
        if request.after is None:
            return ThreadEventPage((), self.last)
        if request.after >= self.last:
            self.waiting.set()
            await self.changed.wait()
        stamps = range(request.after // 10 * 10 + 10, self.last + 1, 10)
        event = Event(1, "commit", b'{"id":1}')
        return ThreadEventPage(tuple(ThreadEvent(it, KEY, event) for it in stamps), self.last)


async def test_the_events_of_all_threads_begin_now_or_after_one_that_was_seen(start, fakes):
    api, everything = await start(), Everything(fakes)
    async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
        await stream.send_all(api.request("GET", "/v1/events"))
        await read_until(stream, b"id: 30\nretry: 1000\n\n")
        await everything.waiting.wait()
        everything.last = 40
        everything.changed.set()
        await read_until(
            stream,
            b'id: 40\nevent: commit\ndata: {"clientId":"acme","userId":"ann",'
            b'"threadId":"t1","id":1}\n\n',
        )
    everything.changed = trio.Event()
    for path, header in (("?after=20", "X: y"), ("?after=0", "Last-Event-ID: 20")):
        async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
            await stream.send_all(api.request("GET", f"/v1/events{path}", b"", header))
            received = await read_until(stream, b"id: 40\nevent")
            assert b"id: 20\nretry: 1000\n\n" in received
            assert b"id: 30\nevent" in received
            assert b"id: 20\nevent" not in received
    assert {request.scope for request in everything.asked} == {EVERYTHING}


async def test_a_scope_narrows_what_is_told(start, fakes):
    api, everything = await start(), Everything(fakes)
    async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
        await stream.send_all(api.request("GET", "/v1/events?scope=user:acme/ann"))
        await read_until(stream, b"retry:")
    assert everything.asked[0].scope == Scope("acme", "ann")


async def test_a_scope_that_is_none_or_not_the_callers_is_refused(client, headers, scoped):
    reply = await client.get("/v1/events?scope=ann", headers=headers)
    assert reply.status_code == 400
    scoped("client:other")
    reply = await client.get("/v1/events?scope=client:acme", headers=headers)
    assert reply.status_code == 403


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
        received = await read_until(stream, b"retry: 1000\n\n")
        assert b"id: " not in received  # of a thread they are those of its events


@pytest.mark.usefixtures("nobody_is_cut_off")
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
        await stopped(fakes, api)


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


async def test_who_reads_nothing_holds_up_nobody(start, journal):
    api = await start()
    journal.size = LARGE
    journal.append(100)
    sock = trio.socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    await sock.connect(("127.0.0.1", api.port))
    async with (
        trio.SocketStream(sock) as slow,
        await trio.open_tcp_stream("127.0.0.1", api.port) as quick,
    ):
        await slow.send_all(api.request("GET", EVENTS))
        await trio.testing.wait_all_tasks_blocked(0.1)
        await quick.send_all(api.request("GET", EVENTS, b"", "Last-Event-ID: 95"))
        await read_until(quick, b"id: 100\nevent")
        journal.append()
        await read_until(quick, b"id: 101\nevent")


async def test_whoever_asks_for_the_head_alone_waits_for_nothing(start, journal):
    api = await start()
    for path in (EVENTS, "/v1/transfers"):
        request = api.request("HEAD", path, b"", "Connection: close")
        assert await api.exchange(request) == (200, b"")


async def test_an_unknown_thread_is_not_found(client, headers, fakes):
    fakes.refusal = NotFound("no such thread")
    reply = await client.get(EVENTS, headers=headers)
    assert reply.status_code == 404
    assert (await reply.get_json())["detail"] == "no such thread"


async def test_an_id_that_is_none_is_bad_input(client, headers, fakes):
    reply = await client.get(f"{EVENTS}?after=last", headers=headers)
    assert reply.status_code == 400
    reply = await client.get(EVENTS, headers=headers | {"Last-Event-ID": "last"})
    assert reply.status_code == 400
    reply = await client.get(f"{EVENTS}?since=3", headers=headers)
    assert reply.status_code == 400
    assert fakes.asked == []


async def test_an_id_of_another_journal_begins_the_one_that_there_is_anew(start, journal):
    api = await start()
    journal.append(2)
    async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
        await stream.send_all(api.request("GET", EVENTS, b"", "Last-Event-ID: 900"))
        assert b"id: 1\nevent" in await read_until(stream, b"id: 2\nevent")


async def test_those_who_listen_to_one_thread_have_it_read_once(start, journal):
    api = await start()
    async with trio.open_nursery() as nursery:
        got = []

        async def listen():
            async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
                await stream.send_all(api.request("GET", EVENTS))
                got.append(await read_until(stream, b"id: 1\nevent"))

        for _ in range(5):
            nursery.start_soon(listen)
        while len([it for it in journal.asked if not it.wait]) < 5:
            await trio.testing.wait_all_tasks_blocked(0.01)
        await trio.testing.wait_all_tasks_blocked(0.05)
        journal.append()
    assert len(got) == 5
    assert len([it for it in journal.asked if it.wait and it.after == 0]) == 1


async def test_one_more_than_may_listen_is_told_so(start, journal):
    api = await start(streams_each=1)
    async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
        await stream.send_all(api.request("GET", EVENTS))
        await read_until(stream, b"retry:")
        for path in (EVENTS, "/v1/events"):
            status, body = await api.exchange(api.request("GET", path, b"", "Connection: close"))
            assert status == 429
            assert b"GET /v1/events" in body


@pytest.mark.parametrize("large", [False, True])
async def test_whoever_leaves_leaves_the_place_to_another(start, journal, large):
    """While it waits for an event, and while one that is larger than the sockets is on its way."""
    api = await start(streams_each=1)
    if large:
        journal.size = 40 * LARGE
        journal.append()
    async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
        await stream.send_all(api.request("GET", EVENTS))
        await read_until(stream, b"retry:")
        await trio.testing.wait_all_tasks_blocked(0.05)
    with trio.fail_after(10):
        while True:
            async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
                await stream.send_all(api.request("GET", f"{EVENTS}?after=1"))
                if (await stream.receive_some()).startswith(b"HTTP/1.1 200"):
                    break


async def test_a_stream_ends_with_the_token_that_it_was_begun_with(start, journal, monkeypatch):
    api = await start()
    operator = api.token
    now = time.time()
    api.token = sign(operator, Grant(Scope.of(KEY), Access.READ, int(now) + 60))
    async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
        await stream.send_all(api.request("GET", EVENTS))
        await journal.waiting.wait()
        monkeypatch.setattr(time, "time", lambda: now + 61)
        journal.append()
        received = await read_until(stream, b"retry: 3000\n\n")
        assert b"id: 1" not in received


async def test_a_token_for_a_client_is_told_of_its_threads_and_no_others(start, fakes):
    api, everything = await start(), Everything(fakes)
    api.token = sign(api.token, Grant(Scope("acme"), Access.READ, None))
    async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
        await stream.send_all(api.request("GET", "/v1/events"))
        await read_until(stream, b"retry:")
        await everything.waiting.wait()  # it asks no more for this one
    assert everything.asked[0].scope == Scope("acme")
    everything.asked.clear()
    for scope, status in (("operator", 403), ("client:other", 403), ("user:acme/ann", 200)):
        asked = api.request("HEAD", f"/v1/events?scope={scope}", b"", "Connection: close")
        assert (await api.exchange(asked))[0] == status
    assert [request.scope for request in everything.asked] == [Scope("acme", "ann")]


async def test_listening_is_no_activity(start, journal, fakes):
    api = await start()
    async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
        await stream.send_all(api.request("GET", EVENTS))
        await read_until(stream, b"retry:")
    assert fakes.activities() == []
