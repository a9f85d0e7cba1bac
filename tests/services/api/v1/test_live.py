"""All that a page with a thread watches, in one stream."""

import json
import time

import pytest
import trio
import trio.testing

from services.api.streams.sse import GOODBYE, HEARTBEAT, NOTHING_NEW, RETRY
from services.messages import (
    EventPage,
    PreviewState,
    Routes,
    Scope,
    ThreadKey,
    Transfer,
    Transfers,
    Turns,
)
from services.messages.tokens import Access, Grant, sign
from supervisor.desk import NotFound
from tests.services.api.conftest import TOKEN
from tests.services.api.fakes import KEY
from tests.services.api.test_service import fewer_tasks_than, read_until, start
from tests.services.api.v1.shown import BUILT, PREVIEW, SHOWN, SHOWN_BUILT
from tests.services.api.v1.test_events import Journal

__all__ = ["start"]

LIVE = "/v1/threads/acme/ann/t1/live"
FETCH = Transfer("fetch", 1, 2, 3)
BUSY = Turns(frozenset({"acme/ann/t1:a", "acme/ann/t2:b", "acme/bob/t1:c"}))


@pytest.fixture
def boards(fakes):
    return fakes.harness.channels.boards


@pytest.fixture
def journal(fakes):
    return Journal(fakes)


def parsed(text):
    """The events of a stream by name, in their order, each with its id."""
    for block in text.decode().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
        if "event" in lines:
            yield lines["event"], json.loads(lines["data"]), lines.get("id")


async def told(client, headers):
    """All that is told until the service, which is asked to stop, ends the stream."""
    reply = await client.get(LIVE, headers=headers)
    assert reply.status_code == 200
    said = await reply.get_data()
    assert said.startswith(RETRY)
    assert said.endswith(GOODBYE)
    return list(parsed(said))


async def test_all_that_is_known_comes_at_once_and_the_events_of_the_thread_after_it(
    start, boards, journal, fakes
):
    boards["routes"].set(Routes({PREVIEW.id: PREVIEW, BUILT.id: BUILT}))
    boards["transfers"].set(Transfers({"acme/ann": FETCH, "acme/bob": Transfer("push")}))
    boards["turns"].set(BUSY)
    journal.append(2)
    api = await start(preview="https://preview.example.com/")
    async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
        await stream.send_all(api.request("GET", f"{LIVE}?after=1"))
        received = await read_until(stream, b"id: 2\n")
        assert b"content-type: text/event-stream; charset=utf-8" in received
        _, _, body = received.partition(b"\r\n\r\n")
        [chunk] = body.removesuffix(b"\r\n").split(b"\r\n")[1::2]  # it is one write
        transfer = {"what": "fetch", "done": 1, "total": 2, "bytes": 3}
        assert list(parsed(chunk)) == [
            ("preview", {"preview": SHOWN, "built": SHOWN_BUILT}, None),
            ("transfer", {"transfer": transfer}, None),
            ("working", {"threads": ["t1", "t2"]}, None),
            ("text.delta", {"text": "x"}, "2"),
        ]
    assert fakes.activities() == []


async def test_each_change_is_told_and_nothing_of_another_thread(start, boards, journal):
    api = await start()
    async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
        await stream.send_all(api.request("GET", LIVE))
        first = await read_until(stream, b'{"threads":[]}')
        assert b'{"preview":null,"built":null}' in first
        assert b'{"transfer":null}' in first
        other = ThreadKey("acme", "ann", "t2")
        elsewhere = PREVIEW.__class__(other.preview_id, other, PreviewState.READY, 20003)
        boards["routes"].set(Routes({elsewhere.id: elsewhere}))
        boards["transfers"].set(Transfers({"acme/bob": FETCH}))
        boards["turns"].set(Turns(frozenset({"acme/bob/t1:c"})))
        await trio.testing.wait_all_tasks_blocked(0.05)
        boards["routes"].set(Routes({elsewhere.id: elsewhere, PREVIEW.id: PREVIEW}))
        received = await read_until(stream, b"event: preview")
        journal.append()
        received += await read_until(stream, b"id: 1\nevent: text.delta")
        boards["transfers"].set(Transfers({"acme/ann": FETCH}))
        received += await read_until(stream, b'"what":"fetch"')
        boards["turns"].set(BUSY)
        received += await read_until(stream, b'["t1","t2"]')
    assert received.count(b"event: ") == 4
    assert other.preview_id.encode() not in received


@pytest.mark.parametrize(
    ("scope", "threads", "moves"),
    [
        ("client:acme", ["t1", "t2"], True),
        ("user:acme/ann", ["t1", "t2"], True),
        ("thread:acme/ann/t1", ["t1"], False),
    ],
)
async def test_a_token_is_told_of_what_it_reaches(
    scope, threads, moves, client, headers, scoped, boards, journal, fakes
):
    boards["turns"].set(BUSY)
    boards["transfers"].set(Transfers({"acme/ann": FETCH}))
    scoped(scope)
    fakes.harness.stopping.set()
    seen = {name: data for name, data, _ in await told(client, headers)}
    assert seen["working"] == {"threads": threads}
    assert (seen["transfer"]["transfer"] is not None) is moves


async def test_a_ticket_in_the_address_does(client, journal, fakes):
    fakes.harness.stopping.set()
    ticket = sign(TOKEN, Grant(Scope.of(KEY), Access.TICKET, int(time.time()) + 60))
    reply = await client.get(f"{LIVE}?ticket={ticket}")
    assert reply.status_code == 200
    assert b"event: working" in await reply.get_data()


async def test_silence_is_broken_by_a_comment_and_by_the_end_of_the_token(
    client, headers, fakes, autojump_clock, monkeypatch
):
    async def read(request):
        await trio.sleep(request.wait)
        return EventPage((), 0)

    fakes.read_events = read
    start = time.time() - trio.current_time()
    monkeypatch.setattr(time, "time", lambda: start + trio.current_time())
    expires = int(time.time() + HEARTBEAT * 1.5)
    headers["Authorization"] = f"Bearer {sign(TOKEN, Grant(Scope.of(KEY), expires=expires))}"
    began = trio.current_time()
    with trio.fail_after(HEARTBEAT * 10):
        reply = await client.get(LIVE, headers=headers)
        said = await reply.get_data()
    assert said.endswith(b'{"threads":[]}\n\n' + NOTHING_NEW + GOODBYE)
    assert trio.current_time() - began == pytest.approx(2 * HEARTBEAT, abs=0.1)


async def test_whoever_asks_for_the_head_alone_waits_for_nothing(start, journal):
    api = await start()
    asked = api.request("HEAD", LIVE, b"", "Connection: close")
    assert await api.exchange(asked) == (200, b"")


async def test_an_unknown_thread_is_not_found(client, headers, fakes):
    fakes.refusal = NotFound("no such thread")
    reply = await client.get(LIVE, headers=headers)
    assert reply.status_code == 404


async def test_who_comes_back_gets_the_events_that_it_has_not_seen(client, headers, journal, fakes):
    journal.append(3)
    fakes.harness.stopping.set()
    seen = await told(client, headers | {"Last-Event-ID": "2"})
    assert [name for name, _, _ in seen] == ["preview", "transfer", "working", "text.delta"]
    assert seen[-1][2] == "3"


async def test_a_journal_is_read_once_for_pages_and_for_those_who_follow_it(start, journal, boards):
    api = await start()
    async with (
        await trio.open_tcp_stream("127.0.0.1", api.port) as page,
        await trio.open_tcp_stream("127.0.0.1", api.port) as follower,
    ):
        await page.send_all(api.request("GET", LIVE))
        await read_until(page, b"event: working")
        await follower.send_all(api.request("GET", LIVE.replace("live", "events")))
        await read_until(follower, b"retry:")
        await trio.testing.wait_all_tasks_blocked(0.05)
        boards["turns"].set(BUSY)  # which takes the page away from what it waits for
        await read_until(page, b"event: working")
        await trio.testing.wait_all_tasks_blocked(0.05)
        journal.append()
        await read_until(page, b"id: 1\n")
        await read_until(follower, b"id: 1\n")
    # Whoever asked for both may have left, and then the other asks.
    assert len([it for it in journal.asked if it.wait and it.after == 0]) <= 2


async def test_it_ends_with_the_token_that_it_was_begun_with(start, journal, boards, monkeypatch):
    api = await start()
    now = time.time()
    api.token = sign(api.token, Grant(Scope.of(KEY), Access.READ, int(now) + 60))
    async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
        await stream.send_all(api.request("GET", LIVE))
        await journal.waiting.wait()
        monkeypatch.setattr(time, "time", lambda: now + 61)
        boards["turns"].set(BUSY)
        received = await read_until(stream, GOODBYE)
        assert b"t1" not in received.partition(b"event: working")[2]


async def test_whoever_leaves_leaves_nothing_behind(start, journal):
    api = await start()
    async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
        await stream.send_all(api.request("GET", LIVE))
        await read_until(stream, b"event: working")
        await journal.waiting.wait()
        before = trio.lowlevel.current_statistics().tasks_living
    await fewer_tasks_than(before)
