"""Bedrock, as the real boto3 asks it."""

from __future__ import annotations

import base64
import json
from contextlib import closing
from typing import Any

import pytest
from botocore.exceptions import ClientError, EventStreamError
from urllib3.exceptions import ProtocolError

from services.standin import Drop, Fail, Reply, Say, Script, Think, Usage, Use, on, standin
from tests.services.standin.asking import MODEL, bedrock, converse, post, request, user

EDIT = Script(
    [
        on(
            "edit",
            Reply(
                [Think("hm"), Say("I edit."), Use("edit", {"path": "ä.astro", "new": "“x”"})],
                usage=Usage(input=100, output=20, cache_read=50, cache_write=7),
            ),
            [Say("Edited.")],
        )
    ]
)
USAGE = {
    "inputTokens": 100,
    "outputTokens": 20,
    "totalTokens": 177,
    "cacheReadInputTokens": 50,
    "cacheWriteInputTokens": 7,
}
TOOLS = {
    "tools": [
        {"toolSpec": {"name": "edit", "inputSchema": {"json": {"type": "object"}}}},
        {"cachePoint": {"type": "default"}},
    ]
}
INVOKED = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": [user("edit")]}


async def test_converse_stream():
    async with standin(EDIT) as it:
        events = await converse(
            it.url,
            "edit it",
            system=[{"text": "be kind"}, {"cachePoint": {"type": "default"}}],
            toolConfig=TOOLS,
            inferenceConfig={"maxTokens": 77},
        )
        (asked,) = it.asked
    names = [next(iter(event)) for event in events]
    assert names[0] == "messageStart"
    assert names[-2:] == ["messageStop", "metadata"]
    starts = [e["contentBlockStart"] for e in events if "contentBlockStart" in e]
    assert [s["start"]["toolUse"]["name"] for s in starts] == ["edit"]
    deltas = [e["contentBlockDelta"]["delta"] for e in events if "contentBlockDelta" in e]
    assert "".join(d.get("text", "") for d in deltas) == "I edit."
    assert "".join(d.get("reasoningContent", {}).get("text", "") for d in deltas) == "hm"
    called = "".join(d["toolUse"]["input"] for d in deltas if "toolUse" in d)
    assert json.loads(called) == {"path": "ä.astro", "new": "“x”"}
    assert events[-2]["messageStop"]["stopReason"] == "tool_use"
    assert events[-1]["metadata"]["usage"] == USAGE
    assert (asked.model, asked.system, asked.tools) == (MODEL, "be kind", ("edit",))
    assert (asked.cached, asked.max_tokens) == (2, 77)


async def test_converse_and_what_the_tools_answered():
    messages: list[dict[str, Any]] = [{"role": "user", "content": [{"text": "edit"}]}]

    def ask(client: Any) -> tuple[Any, Any]:
        first = client.converse(modelId=MODEL, messages=messages, toolConfig=TOOLS)
        call = first["output"]["message"]["content"][-1]["toolUse"]
        content = [{"text": "the answer"}, {"json": {"n": 1}}]
        result = {"toolUseId": call["toolUseId"], "content": content, "status": "error"}
        more = [first["output"]["message"], {"role": "user", "content": [{"toolResult": result}]}]
        second = client.converse(modelId=MODEL, messages=messages + more, toolConfig=TOOLS)
        return first, second

    async with standin(EDIT) as it:
        first, second = await bedrock(it.url, ask)
        (result,) = it.asked[1].results
    assert first["stopReason"] == "tool_use"
    assert first["usage"] == USAGE
    assert second["output"]["message"]["content"] == [{"text": "Edited."}]
    assert (result.text, result.ok) == ('the answer\n{"n": 1}', False)


@pytest.mark.parametrize(
    ("fail", "code", "status"),
    [
        (Fail(400), "ValidationException", 400),
        (Fail(401), "UnrecognizedClientException", 403),
        (Fail(403), "AccessDeniedException", 403),
        (Fail(403, kind="ExpiredTokenException"), "ExpiredTokenException", 403),
        (Fail(404), "ResourceNotFoundException", 404),
        (Fail(408), "ModelTimeoutException", 408),
        (Fail(424), "ModelErrorException", 424),
        (Fail(429, retry_after=3), "ThrottlingException", 429),
        (Fail(500), "InternalServerException", 500),
        (Fail(503), "ServiceUnavailableException", 503),
        (Fail(529), "ServiceUnavailableException", 503),
    ],
)
async def test_errors_as_botocore_raises_them(fail: Fail, code: str, status: int):
    async with standin(Script([on(".", [fail])])) as it:
        with pytest.raises(ClientError) as caught:
            await converse(it.url, "edit it")
    answer = caught.value.response
    assert answer["Error"]["Code"] == code
    assert answer["Error"]["Message"]
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == status
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    assert headers.get("retry-after") == ("3" if fail.retry_after else None)


@pytest.mark.parametrize(
    ("fail", "code"),
    [
        (Fail(429), "throttlingException"),
        (Fail(424), "modelStreamErrorException"),
        (Fail(400), "validationException"),
        (Fail(500), "internalServerException"),
        (Fail(529), "serviceUnavailableException"),
        (Fail(408), "modelStreamErrorException"),
    ],
)
async def test_errors_in_mid_stream_as_botocore_raises_them(fail: Fail, code: str):
    async with standin(Script([on(".", [Say("well"), fail])])) as it:
        with pytest.raises(EventStreamError, match=code):
            await converse(it.url, "edit it")


async def test_a_stream_is_cut_in_the_middle():
    script = Script([on(".", [Use("edit", {"path": "a" * 100}), Drop()])])
    async with standin(script) as it:
        with pytest.raises(ProtocolError):
            await converse(it.url, "edit it")
        assert it.requests[0].end == "cut"
        assert it.requests[0].events == 7


async def test_attempts_are_told_by_their_messages():
    broken = [Reply([Fail(429)]), Reply([Say("we"), Fail(429)])]
    async with standin(Script([on(".", Reply([Say("well")], before=broken))])) as it:
        for _ in broken:
            with pytest.raises(ClientError):
                await converse(it.url, "edit it")
        with pytest.raises(ClientError):
            await converse(it.url, "edit something else")
        events = await converse(it.url, "edit it")
    assert events[-2]["messageStop"]["stopReason"] == "end_turn"


async def test_invoke_model_with_response_stream():
    def ask(client: Any) -> list[dict[str, Any]]:
        answer = client.invoke_model_with_response_stream(
            modelId=MODEL, body=json.dumps(INVOKED), contentType="application/json"
        )
        with closing(answer["body"]) as body:
            return [json.loads(event["chunk"]["bytes"]) for event in body]

    async with standin(EDIT) as it:
        events = await bedrock(it.url, ask)
        assert it.asked[0].model == MODEL
    assert events[0]["message"]["model"] == MODEL
    assert "".join(e["delta"].get("text", "") for e in events if "delta" in e) == "I edit."
    assert events[-1]["amazon-bedrock-invocationMetrics"]["inputTokenCount"] == 100


async def test_invoke_model():
    def ask(client: Any) -> Any:
        answer = client.invoke_model(modelId=MODEL, body=json.dumps(INVOKED))
        return json.loads(answer["body"].read())

    async with standin(EDIT) as it:
        message = await bedrock(it.url, ask)
    assert message["content"][-1]["input"] == {"path": "ä.astro", "new": "“x”"}
    assert message["usage"]["cache_read_input_tokens"] == 50


async def test_a_stream_of_invoke_is_cut_or_broken():
    reply = Reply([Say("well"), Fail(529)], before=[Reply([Say("well")], cut=2)])

    def ask(client: Any) -> None:
        answer = client.invoke_model_with_response_stream(modelId=MODEL, body=json.dumps(INVOKED))
        with closing(answer["body"]) as body:
            list(body)

    async with standin(Script([on(".", reply)])) as it:
        with pytest.raises(ProtocolError):
            await bedrock(it.url, ask)
        with pytest.raises(EventStreamError, match="serviceUnavailableException"):
            await bedrock(it.url, ask)


async def test_a_model_is_named_by_its_arn_too():
    arn = "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.anthropic.claude:0"
    async with standin(EDIT) as it:
        await converse(it.url, "hello", modelId=arn)
        assert it.asked[0].model == arn


async def test_tokens_are_counted():
    body = base64.b64encode(json.dumps(INVOKED).encode()).decode()

    def ask(client: Any) -> int:
        return client.count_tokens(modelId=MODEL, input={"invokeModel": {"body": body}})[
            "inputTokens"
        ]

    async with standin() as it:
        assert await bedrock(it.url, ask) > 10


async def test_a_conversation_that_bedrock_refuses_is_refused():
    messages = [{"role": "user", "content": [{"text": text}]} for text in ("one", "two")]
    async with standin() as it:
        with pytest.raises(ClientError, match="must alternate between user and assistant"):
            await converse(it.url, "", messages=messages)
        assert it.asked == []


async def test_what_claude_code_asks_bedrock_besides():
    probe = INVOKED | {"max_tokens": 1, "messages": [user(".")]}
    async with standin(Script([on(".", [Fail(500)])])) as it:
        profiles = await request(it.url, "GET", "/inference-profiles?type=SYSTEM_DEFINED")
        there = await post(it.url, f"/model/{MODEL}/invoke", probe)
        missing = await post(it.url, f"/model/{MODEL}/dream", probe)
        wrong = await request(it.url, "GET", f"/model/{MODEL}/invoke")
        broken = await post(it.url, f"/model/{MODEL}/converse", b"{}")
        assert it.asked == []
    assert profiles.json == {"inferenceProfileSummaries": []}
    assert there.json["stop_reason"] == "max_tokens"
    assert (missing.status, wrong.status, broken.status) == (404, 405, 400)
    assert broken.headers["x-amzn-errortype"] == "ValidationException"
