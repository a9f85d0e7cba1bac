"""What services wrote, over HTTP."""

from __future__ import annotations

import json
import socket

import pytest
import trio
import trio.testing

from services.messages import server_of
from supervisor.model import ServiceStatus
from tests.services.api.fakes import KEY
from tests.services.api.test_service import read_until, start
from tests.supervisor.inside import written
from tests.supervisor.real import until

__all__ = ["start"]

WEB = "/v1/services/web@a:1/logs"
PREVIEW = f"/v1/threads/{KEY}/preview/logs"
EVENTS = "Accept: text/event-stream"


@pytest.fixture
def write(fakes):
    fakes.harness.events.publish(ServiceStatus(name="web@a:1", kind="process"))

    async def write(*texts, service="web@a:1", stream="stdout"):
        data = "".join(f"{text}\n" for text in texts).encode()
        await written(fakes.harness.output, data, service, stream)

    return write


async def test_the_last_lines_are_told(client, headers, write):
    await write("one")
    await write("bad", stream="stderr")
    reply = await client.get("/v1/services/web%40a%3A1/logs", headers=headers)
    assert reply.status_code == 200
    answer = await reply.get_json()
    one, bad = answer["lines"]
    at = one.pop("at")
    assert at.startswith("20")
    assert at.endswith("Z")
    begun = one.pop("id").removesuffix("-1")
    assert one == {
        "service": "web@a:1",
        "stream": "stdout",
        "pid": 1,
        "sequence": 1,
        "text": "one",
        "partial": False,
    }
    assert (bad["stream"], bad["text"]) == ("stderr", "bad")
    assert (answer["missed"], answer["anew"]) == (0, False)
    assert answer["lastEvent"] == bad["id"] == f"{begun}-2"


async def test_fewer_lines_or_those_of_one_stream_or_those_after_one_are_told(
    client, headers, write
):
    await write("1", "2")
    await write("bad", stream="stderr")
    await write("3", "4")

    async def ask(query):
        answer = await (await client.get(f"{WEB}?{query}", headers=headers)).get_json()
        return [line["text"] for line in answer["lines"]], answer["lastEvent"]

    texts, last = await ask("")
    assert texts == ["1", "2", "bad", "3", "4"]
    assert await ask("lines=2") == (["3", "4"], last)
    assert await ask("lines=1&stream=stderr") == (["bad"], last)
    assert await ask("lines=0") == ([], last)
    assert await ask(f"lines=0&after={last}") == ([], last)
    await write("5")
    texts, _ = await ask(f"lines=0&after={last}")
    assert texts == ["5"]


async def test_what_is_not_kept_any_more_is_counted(client, headers, write, fakes):
    await write("1")
    last = (await (await client.get(WEB, headers=headers)).get_json())["lastEvent"]
    await write(*map(str, range(1000)))
    answer = await (await client.get(f"{WEB}?after={last}", headers=headers)).get_json()
    assert answer["missed"] + len(answer["lines"]) == 1000
    assert answer["missed"] > 0
    fakes.harness.output.forget("web@a:1")
    await write("again")
    answer = await (await client.get(f"{WEB}?after={last}", headers=headers)).get_json()
    assert (answer["missed"], answer["anew"], len(answer["lines"])) == (0, True, 1)


async def test_of_one_that_wrote_nothing_there_is_nothing(client, headers, write):
    answer = await (await client.get(WEB, headers=headers)).get_json()
    assert answer == {"lines": [], "missed": 0, "anew": False, "lastEvent": None}


async def test_the_daemon_has_a_log_too(client, headers, fakes):
    fakes.harness.output.note('{"event":"started"}')
    answer = await (await client.get("/v1/services/nurseryd/logs", headers=headers)).get_json()
    (line,) = answer["lines"]
    assert (line["stream"], line["text"]) == ("log", '{"event":"started"}')


async def test_what_is_no_service_has_none(client, headers, write):
    reply = await client.get("/v1/services/nobody/logs", headers=headers)
    assert reply.status_code == 404
    assert "services are web@a:1" in (await reply.get_json())["detail"]


@pytest.mark.parametrize(
    ("query", "header"),
    [
        ("lines=-1", {}),
        ("lines=many", {}),
        ("stream=stdin", {}),
        ("after=7", {}),
        ("follow=1", {}),
        ("", {"Last-Event-ID": "seven"}),
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
async def test_what_cannot_be_asked_for_is_bad_input(client, headers, write, query, header, accept):
    asked = {**headers, **header, "Accept": accept}
    reply = await client.get(f"{WEB}?{query}", headers=asked)
    assert reply.status_code == 400
    assert reply.content_type == "application/problem+json"


# Of previews.


async def test_a_thread_sees_what_its_preview_wrote_and_no_other(client, headers, write, fakes):
    fakes._open(KEY)
    await write("{}", service=server_of(KEY.preview_id))
    await write("from a page", service=server_of(KEY.preview_id), stream="stderr")
    await write("of its build", service=server_of(KEY.built_id), stream="stderr")
    await write("of another one", service=server_of("t1-0000000000000000"), stream="stderr")

    async def ask(query):
        answer = await (await client.get(PREVIEW + query, headers=headers)).get_json()
        return [line["text"] for line in answer["lines"]]

    assert await ask("") == ["from a page"]
    assert await ask("?stream=stdout") == ["{}"]
    assert await ask("?built=1") == ["of its build"]


async def test_of_a_preview_that_sleeps_there_is_nothing(client, headers, fakes):
    fakes._open(KEY)
    reply = await client.get(PREVIEW, headers=headers)
    assert reply.status_code == 200
    assert (await reply.get_json())["lines"] == []


async def test_a_thread_that_is_not_there_has_no_preview(client, headers):
    assert (await client.get(PREVIEW, headers=headers)).status_code == 404


# As events.


async def test_lines_come_as_they_are_written_from_the_one_that_was_seen_last(start, write):
    api = await start()
    await write("one", "two")
    async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
        await stream.send_all(api.request("GET", f"{WEB}?lines=1", b"", EVENTS))
        received = await read_until(stream, b'"text":"two"')
        assert b"content-type: text/event-stream; charset=utf-8" in received
        assert b"x-accel-buffering: no" in received
        assert b'"text":"one"' not in received
        await write("three")
        received = await read_until(stream, b'"text":"three"')
    last = received.rpartition(b"id: ")[2].partition(b"\n")[0].decode()
    await write("four")
    async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
        resume = (EVENTS, f"Last-Event-ID: {last}")
        await stream.send_all(api.request("GET", WEB, b"", *resume))
        received = await read_until(stream, b'"text":"four"')
        assert b'"text":"three"' not in received
        assert b"missed" not in received


async def test_a_preview_that_wakes_goes_on_in_the_same_stream(start, write, fakes):
    fakes._open(KEY)
    api = await start()
    async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
        await stream.send_all(api.request("GET", PREVIEW, b"", EVENTS))
        await read_until(stream, b"retry: 1000\n\n")
        await write("awake", service=server_of(KEY.preview_id), stream="stderr")
        await read_until(stream, b'"text":"awake"')


async def test_a_stop_ends_the_stream_as_it_should_end(start, write, fakes):
    api = await start()
    await write("one")
    async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
        await stream.send_all(api.request("GET", WEB, b"", EVENTS, "Connection: close"))
        await read_until(stream, b'"text":"one"')
        fakes.harness.stopping.set()
        await read_until(stream, b"retry: 3000\n\n")
    with trio.fail_after(3):
        await api.ended.wait()


async def test_who_leaves_leaves_nothing_behind(start, write, fakes):
    api = await start()
    await write("one")
    async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
        await stream.send_all(api.request("GET", WEB, b"", EVENTS))
        await read_until(stream, b'"text":"one"')
        assert fakes.harness.output._followers
    await until(lambda: not fakes.harness.output._followers)


async def test_who_does_not_read_holds_nobody_up_and_costs_little(start, write, fakes):
    api = await start()
    sock = trio.socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    await sock.connect(("127.0.0.1", api.port))
    count = 20_000
    async with trio.SocketStream(sock) as stream:
        await stream.send_all(api.request("GET", WEB, b"", EVENTS))
        await read_until(stream, b"retry: 1000\n\n")
        for number in range(0, count, 100):
            with trio.fail_after(5):
                await write(*(f"{line} {'x' * 2000}" for line in range(number, number + 100)))
        ((follower,),) = fakes.harness.output._followers.values()
        assert sum(len(chunk.data) for chunk in follower._waiting) < 3_000_000
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024 * 1024)
        received = await read_to(stream, f'"text":"{count - 1} x'.encode())
    told = [json.loads(part.partition(b"\n")[0]) for part in received.split(b"data: ")[1:-1]]
    numbers = [int(one["text"].split()[0]) for one in told if "text" in one]
    missed = sum(one["lines"] for one in told if "lines" in one)
    assert numbers == sorted(set(numbers))
    assert len(numbers) + missed == count - 1
    assert missed > 0


async def read_to(stream, text):
    """What came until a text was in it, of which there is much."""
    received = bytearray()
    searched = 0
    while received.find(text, searched) < 0:
        searched = max(0, len(received) - len(text))
        part = await stream.receive_some()
        assert part
        received += part
    return bytes(received)


async def test_whoever_asks_for_the_head_alone_waits_for_nothing(start, write):
    api = await start()
    request = api.request("HEAD", WEB, b"", EVENTS, "Connection: close")
    assert await api.exchange(request) == (200, b"")


async def test_the_states_of_services_are_followed(start, write, fakes):
    api = await start()
    async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
        await stream.send_all(api.request("GET", "/v1/services/events", b"", "Last-Event-ID: 41"))
        received = await read_until(stream, b'"parameters":{}}]}\n\n')
        assert b'id: 42\nevent: snapshot\ndata: {"services":[{"name":"web@a:1"' in received
        fakes.harness.events.remove("web@a:1")
        await read_until(stream, b'id: 43\nevent: vanished\ndata: {"name":"web@a:1"}\n\n')
    request = api.request(
        "GET", "/v1/services/events", b"", "Last-Event-ID: x", "Connection: close"
    )
    status, _ = await api.exchange(request)
    assert status == 400


@pytest.mark.parametrize("path", [WEB, PREVIEW, "/v1/services/events"])
async def test_one_token_has_only_so_many_streams(start, write, fakes, path):
    fakes._open(KEY)
    api = await start(streams_each=1)
    async with await trio.open_tcp_stream("127.0.0.1", api.port) as stream:
        await stream.send_all(api.request("GET", path, b"", EVENTS))
        await read_until(stream, b"retry: 1000\n\n")
        status, _ = await api.exchange(api.request("GET", path, b"", EVENTS, "Connection: close"))
        assert status == 429
