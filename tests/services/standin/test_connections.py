"""Clients that hang up, a stand-in that is killed, and what is no request at all."""

from __future__ import annotations

import json

import h11
import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from services.standin import Pause, Reply, Say, Script, Standin, on, standin
from tests.ports import free_port
from tests.services.standin.asking import post, user

STALL = Script([on("stall", [Say("one two"), Pause()]), on(".", [Say("there")])])


def raw(text: str, *, stream: bool = True, **headers: str) -> bytes:
    body = json.dumps({"messages": [user(text)], "stream": stream}).encode()
    more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"POST /v1/messages HTTP/1.1\r\nHost: a\r\n{more}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def connect(it: Standin) -> trio.SocketStream:
    return await trio.open_tcp_stream("127.0.0.1", it.port)


async def receive(stream: trio.SocketStream, until: bytes) -> bytes:
    seen = b""
    while until not in seen:
        data = bytes(await stream.receive_some(65536))
        assert data, seen
        seen += data
    return seen


async def test_a_client_that_hangs_up_in_mid_stream_is_seen_at_once():
    async with standin(STALL) as it:
        async with await connect(it) as stream:
            await stream.send_all(raw("stall"))
            await receive(stream, b'"two"')
            assert not it.requests[0].done
        with trio.fail_after(5):
            await it.until(lambda: it.requests[0].done)
        assert it.requests[0].hung_up
        assert it.requests[0].events == 4


async def test_a_client_that_hangs_up_before_the_answer_begins_is_seen_too():
    script = Script([on(".", [Pause(), Say("never")])])
    async with standin(script) as it:
        async with await connect(it) as stream:
            await stream.send_all(raw("x", stream=False))
            await it.until(lambda: len(it.requests) == 1)
        with trio.fail_after(5):
            await it.until(lambda: it.requests[0].hung_up)
        assert it.requests[0].status == 0


async def test_killed_it_resets_its_connections_and_listens_again_on_its_port():
    async with standin(STALL, port=free_port()) as it:
        port = it.port
        async with await connect(it) as stream:
            await stream.send_all(raw("stall"))
            await receive(stream, b'"two"')
            it.kill()
            with pytest.raises(trio.BrokenResourceError):
                await receive(stream, b"never")
        await it.until(lambda: it.requests[0].done)
        assert it.requests[0].end == "killed"
        with pytest.raises(OSError, match="all attempts to connect"):
            await connect(it)
        await it.revive()
        assert it.port == port
        reply = await post(it.url, "/v1/messages", {"messages": [user("x")]})
        assert reply.json["content"][0]["text"] == "there"
        assert [heard.number for heard in it.requests] == [1, 2]
        it.kill()
        await it.revive()
        assert (await post(it.url, "/v1/messages", {"messages": [user("x")]})).status == 200


async def test_a_port_that_is_taken_is_an_error():
    async with standin() as it:
        with pytest.raises(OSError, match="in use"):
            async with standin(port=it.port):
                pass


async def test_the_same_port_can_be_had_by_the_next_one():
    async with standin(STALL, port=free_port()) as it:
        async with await connect(it) as stream:
            await stream.send_all(raw("x"))
            await receive(stream, b"message_stop")
        port = it.port
    async with standin(port=port) as it:
        assert (await post(it.url, "/v1/messages", {"messages": [user("x")]})).status == 200


async def test_one_connection_carries_many_requests_even_ahead_of_their_turn():
    async with standin(STALL, port=free_port()) as it, await connect(it) as stream:
        await stream.send_all(raw("one") + raw("two", stream=False) + raw("three"))
        seen = b""
        while seen.count(b"event: message_stop") < 2:
            seen += await stream.receive_some(65536)
        await it.until(lambda: len(it.requests) == 3 and it.requests[-1].done)
        assert [conversation.instruction for conversation in it.asked] == ["one", "two", "three"]
        assert {heard.end for heard in it.requests} == {"whole"}


async def test_a_client_may_wait_to_be_told_to_go_on():
    async with standin(STALL, port=free_port()) as it, await connect(it) as stream:
        head, _, body = raw("x", Expect="100-continue").partition(b"\r\n\r\n")
        await stream.send_all(head + b"\r\n\r\n")
        assert b"100 Continue" in await receive(stream, b"\r\n\r\n")
        await stream.send_all(body)
        await receive(stream, b"message_stop")


async def test_only_so_many_requests_are_kept_and_the_script_can_be_changed():
    async with standin(STALL, keep=2) as it:
        for text in ("a", "b", "c"):
            await post(it.url, "/v1/messages", {"messages": [user(text)]})
        assert [conversation.instruction for conversation in it.asked] == ["b", "c"]
        it.script = Script(otherwise=[Reply([Say("{cwd}")])])
        it.directory = "/elsewhere"
        reply = await post(it.url, "/v1/messages", {"messages": [user("d")]})
        assert reply.json["content"][0]["text"] == "/elsewhere"


VALID = raw("x")
PIECES = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [
            VALID,
            VALID[:70],
            b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
            b"HEAD / HTTP/1.0\r\n\r\n",
            b"POST /model/%00%ff/converse HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}",
            b"POST /v1/messages HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
            b'5\r\n{"a":\r\n0\r\n\r\n',
            b"Content-Length: -1\r\n\r\n",
            b"GET " + b"/" * 70_000,
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            b"\x16\x03\x01\x02\x00",
        ]
    ),
)


@settings(max_examples=60)
@given(pieces=st.lists(PIECES, max_size=5), whole=st.booleans())
async def test_whatever_comes_it_answers_the_next_one(pieces: list[bytes], whole: bool):
    with trio.fail_after(20):
        async with standin(STALL, port=free_port()) as it:
            async with await connect(it) as stream:
                try:
                    for piece in pieces:
                        await stream.send_all(piece)
                    if whole:
                        await stream.send_eof()
                        while await stream.receive_some(65536):
                            pass
                except trio.BrokenResourceError:
                    pass  # it had enough
            async with await connect(it) as stream:
                await stream.send_all(raw("x"))
                await receive(stream, b"message_stop")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "messages",
                    "role",
                    "content",
                    "text",
                    "type",
                    "tool_use_id",
                    "toolResult",
                    "system",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)
PATHS = ["/v1/messages", "/v1/messages/count_tokens", "/model/m/converse", "/model/m/invoke"]


@settings(max_examples=60)
@given(bodies=st.lists(JSON, min_size=1, max_size=4), path=st.sampled_from(PATHS))
async def test_whatever_a_body_holds_it_is_answered_or_refused(bodies: list[object], path: str):
    async with standin() as it, await connect(it) as stream:
        client = h11.Connection(h11.CLIENT)
        for body in bodies:
            data = json.dumps({"messages": body}).encode()
            head = h11.Request(
                method="POST",
                target=path,
                headers=[("Host", "a"), ("Content-Length", str(len(data)))],
            )
            sent = [head, h11.Data(data=data), h11.EndOfMessage()]
            await stream.send_all(b"".join(client.send(event) or b"" for event in sent))
            status = 0
            while not isinstance(event := client.next_event(), h11.EndOfMessage):
                if event is h11.NEED_DATA:
                    client.receive_data(await stream.receive_some(65536))
                elif isinstance(event, h11.Response):
                    status = event.status_code
            assert status in (200, 400)
            client.start_next_cycle()
