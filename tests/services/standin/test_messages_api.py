"""Anthropic's Messages API over HTTP."""

from __future__ import annotations

import http.client

import pytest

from services.standin import Drop, Fail, Pause, Reply, Say, Script, Think, Usage, Use, on, standin
from tests.services.standin.asking import called, post, request, result, user

EDIT = Script(
    [
        on(
            "edit",
            Reply(
                [Think("hm"), Say("I edit."), Use("Edit", {"file_path": "{cwd}/ä.astro"})],
                usage=Usage(input=100, output=20, cache_read=50, cache_write=7),
            ),
            [Say("Edited.")],
        )
    ]
)
ASKED = {"model": "m", "max_tokens": 99, "messages": [user("edit it")]}


async def test_a_stream_tells_blocks_the_reason_to_stop_and_the_usage():
    async with standin(EDIT, directory="/site") as it:
        reply = await post(it.url, "/v1/messages?beta=true", ASKED | {"stream": True})
    assert reply.status == 200
    assert reply.headers["content-type"].startswith("text/event-stream")
    assert b"event: message_start\ndata: {" in reply.body
    started, *between, delta, stopped = reply.events
    assert started["message"]["role"] == "assistant"
    assert started["message"]["usage"]["cache_read_input_tokens"] == 50
    assert [(e["type"], e["index"]) for e in between if e["type"] != "content_block_delta"] == [
        (f"content_block_{what}", i) for i in range(3) for what in ("start", "stop")
    ]
    deltas = [e["delta"] for e in between if e["type"] == "content_block_delta"]
    assert "".join(d.get("text", "") for d in deltas) == "I edit."
    assert "".join(d.get("thinking", "") for d in deltas) == "hm"
    assert "".join(d.get("partial_json", "") for d in deltas) == '{"file_path": "/site/ä.astro"}'
    assert delta["delta"]["stop_reason"] == "tool_use"
    assert delta["usage"] == {
        "input_tokens": 100,
        "output_tokens": 20,
        "cache_read_input_tokens": 50,
        "cache_creation_input_tokens": 7,
    }
    assert stopped == {"type": "message_stop"}


async def test_the_same_without_a_stream():
    async with standin(EDIT, directory="/site") as it:
        reply = await post(it.url, "/v1/messages", ASKED)
    thought, text, call = reply.json["content"]
    assert thought["thinking"] == "hm"
    assert text == {"type": "text", "text": "I edit."}
    assert call["name"] == "Edit"
    assert call["input"] == {"file_path": "/site/ä.astro"}
    assert reply.json["stop_reason"] == "tool_use"


async def test_what_the_tools_answered_brings_the_next_reply():
    messages = [user("edit it"), called("toolu_1"), user(result("toolu_1", "the answer"))]
    async with standin(EDIT) as it:
        reply = await post(it.url, "/v1/messages", ASKED | {"messages": messages})
        assert it.asked[0].results[0].text == "the answer"
    assert reply.json["content"] == [{"type": "text", "text": "Edited."}]
    assert reply.json["stop_reason"] == "end_turn"


async def test_what_reached_it_is_kept():
    body = ASKED | {
        "system": [{"type": "text", "text": "be kind", "cache_control": {"type": "ephemeral"}}],
        "tools": [{"name": "Edit", "input_schema": {}}, {"name": "Read", "input_schema": {}}],
    }
    async with standin(EDIT) as it:
        await post(it.url, "/v1/messages", body)
        (heard,) = it.requests
    assert (heard.method, heard.target, heard.status) == ("POST", "/v1/messages", 200)
    assert heard.get("content-length") == str(len(heard.body))
    assert '"be kind"' in heard.text
    assert heard.conversation is not None
    assert heard.conversation.system == "be kind"
    assert heard.conversation.tools == ("Edit", "Read")
    assert heard.conversation.cached == 1
    assert heard.ended


async def test_tokens_are_counted_without_asking_the_script():
    async with standin(Script([on(".", [Fail(500)])])) as it:
        reply = await post(it.url, "/v1/messages/count_tokens", ASKED)
    assert reply.status == 200
    assert reply.json["input_tokens"] > 10


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "invalid_request_error"),
        (401, "authentication_error"),
        (403, "permission_error"),
        (404, "not_found_error"),
        (413, "request_too_large"),
        (429, "rate_limit_error"),
        (500, "api_error"),
        (529, "overloaded_error"),
        (418, "invalid_request_error"),
        (599, "api_error"),
    ],
)
async def test_errors_have_their_status_and_name(status: int, name: str):
    async with standin(Script([on(".", [Pause(0), Fail(status, "because")])])) as it:
        reply = await post(it.url, "/v1/messages", ASKED | {"stream": True})
    assert reply.status == status
    assert reply.json == {"type": "error", "error": {"type": name, "message": "because"}}
    assert "retry-after" not in reply.headers


async def test_an_error_says_when_to_come_back_and_the_next_attempt_may_succeed():
    script = Script([on(".", Reply([Say("ok")], before=[Reply([Fail(429, retry_after=2)])]))])
    async with standin(script) as it:
        first = await post(it.url, "/v1/messages", ASKED)
        second = await post(it.url, "/v1/messages", ASKED)
        third = await post(it.url, "/v1/messages", ASKED)
        assert [heard.attempt for heard in it.requests] == [0, 1, 0]
    assert (first.status, first.headers["retry-after"]) == (429, "2")
    assert second.status == 200
    assert third.status == 429


async def test_an_error_in_mid_stream_is_an_event():
    async with standin(Script([on(".", [Say("well"), Fail(529)])])) as it:
        reply = await post(it.url, "/v1/messages", ASKED | {"stream": True})
    assert reply.status == 200
    assert reply.events[-1]["error"]["type"] == "overloaded_error"
    assert [e["type"] for e in reply.events].count("content_block_stop") == 0


async def test_an_error_may_be_all_that_a_stream_says():
    async with standin(Script([on(".", [Fail(500, in_stream=True)])])) as it:
        streamed = await post(it.url, "/v1/messages", ASKED | {"stream": True})
        whole = await post(it.url, "/v1/messages", ASKED)
    assert [e["type"] for e in streamed.events] == ["message_start", "error"]
    assert whole.status == 500


@pytest.mark.parametrize(
    ("reply", "events"),
    [
        (Reply([Say("some words"), Drop()]), 4),
        (Reply([Say("some words")], cut=3), 3),
        (Reply([Say("some words")], cut=0), 0),
        (Reply([Use("Edit", {"file_path": "a" * 100}), Drop()]), 7),
    ],
)
async def test_a_stream_is_cut_in_the_middle(reply: Reply, events: int):
    async with standin(Script([on(".", reply)])) as it:
        with pytest.raises(http.client.IncompleteRead):
            await post(it.url, "/v1/messages", ASKED | {"stream": True})
        with pytest.raises(http.client.RemoteDisconnected):
            await post(it.url, "/v1/messages", ASKED)
        assert [(heard.end, heard.events) for heard in it.requests] == [("cut", events), ("cut", 0)]


async def test_a_connection_is_cut_before_any_answer():
    async with standin(Script([on(".", [Drop()])])) as it:
        with pytest.raises(http.client.RemoteDisconnected):
            await post(it.url, "/v1/messages", ASKED | {"stream": True})


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"messages": 3}', b'{"messages": [{"role": "user"}]}', b"\xff\xfe"],
)
async def test_what_is_no_request_is_an_invalid_one(body: bytes):
    async with standin() as it:
        reply = await post(it.url, "/v1/messages", body)
    assert reply.status == 400
    assert reply.json["error"]["type"] == "invalid_request_error"


async def test_a_conversation_that_the_real_service_refuses_is_refused():
    async with standin() as it:
        messages = [user("edit it"), called("toolu_1"), user("and?")]
        reply = await post(it.url, "/v1/messages", ASKED | {"messages": messages})
    assert reply.status == 400
    assert "without tool_result blocks immediately after: toolu_1" in reply.json["error"]["message"]


async def test_other_addresses_and_methods():
    async with standin() as it:
        head = await request(it.url, "HEAD", "/")
        greeting = await request(it.url, "GET", "/")
        nothing = await request(it.url, "GET", "/v1/models")
        wrong = await request(it.url, "GET", "/v1/messages")
        prefixed = await post(it.url, "/anthropic/v1/messages", ASKED)
    assert (head.status, head.body) == (200, b"")
    assert "no model behind it" in greeting.json["service"]
    assert nothing.status == 404
    assert nothing.json["error"]["message"] == "there is nothing at GET /v1/models"
    assert wrong.status == 405
    assert prefixed.status == 200
