"""What the model's side sends: Claude Code's lines and Bedrock's events are taken or end a turn."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

from claude_agent_sdk import ClaudeSDKError, CLIConnectionError
from claude_agent_sdk._internal.message_parser import parse_message
from hypothesis import strategies as st

from services.agent.bedrock.reply import Reply
from services.agent.claude.telling import Telling
from services.agent.claude.transport import Lines
from tests.fuzz.claim import holds
from tests.fuzz.mutating import JSON, mutated

ROOT = Path("/site")
SAID: list[dict[str, Any]] = [
    {"type": "system", "subtype": "init", "session_id": "s", "model": "m", "tools": ["Edit"]},
    {
        "type": "stream_event",
        "uuid": "u",
        "session_id": "s",
        "event": {"type": "message_start", "message": {"id": "m1", "usage": {"input_tokens": 3}}},
    },
    {
        "type": "stream_event",
        "uuid": "u",
        "session_id": "s",
        "event": {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "hi"}},
    },
    {
        "type": "stream_event",
        "uuid": "u",
        "session_id": "s",
        "event": {"type": "message_delta", "usage": {"output_tokens": 5}},
    },
    {
        "type": "assistant",
        "session_id": "s",
        "message": {
            "id": "m1",
            "model": "m",
            "content": [
                {"type": "text", "text": "hi"},
                {"type": "tool_use", "id": "c1", "name": "Edit", "input": {"file_path": "/site/a"}},
            ],
        },
    },
    {
        "type": "user",
        "session_id": "s",
        "message": {
            "content": [{"type": "tool_result", "tool_use_id": "c1", "content": "ok"}],
        },
    },
]
LINES = [b"".join(json.dumps(it).encode() + b"\n" for it in SAID), b'{"type": "system"}\nx\n']


def test_any_stream_of_claude_code_is_messages_or_a_named_error():
    def claude_code(said: tuple[bytes, int]) -> bool:
        data, size = said
        lines, found = Lines(), 0
        for at in range(0, len(data), size):
            found += len(lines.take(data[at : at + size]))
        return bool(found)

    holds(
        st.tuples(mutated(LINES, JSON), st.sampled_from([7, 100, 65536])),
        claude_code,
        CLIConnectionError,
        known=[(b'{"x":' + deep + b"}\n", 65536) for deep in JSON[-2:]],
    )


EVENTS: list[list[dict[str, Any]]] = [
    [
        {"messageStart": {"role": "assistant"}},
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "hi"}}},
        {"contentBlockStop": {"contentBlockIndex": 0}},
        {
            "contentBlockStart": {
                "contentBlockIndex": 1,
                "start": {"toolUse": {"toolUseId": "c1", "name": "edit"}},
            }
        },
        {"contentBlockDelta": {"contentBlockIndex": 1, "delta": {"toolUse": {"input": '{"a"'}}}},
        {"contentBlockDelta": {"contentBlockIndex": 1, "delta": {"toolUse": {"input": ": 1}"}}}},
        {"contentBlockStop": {"contentBlockIndex": 1}},
        {"messageStop": {"stopReason": "tool_use"}},
        {"metadata": {"usage": {"inputTokens": 1, "outputTokens": 2}}},
    ]
]


def test_whatever_a_model_calls_a_tool_with_is_an_object_or_broken():
    """boto3 sees to the shapes of events, by the service's model of them; the texts are free."""

    def call(given: tuple[bytes, list[int]]) -> bool:
        text = given[0].decode("utf-8", "surrogateescape")  # JSON may say half a character
        reply = Reply()
        marks = [0, *sorted(place % (len(text) + 1) for place in given[1]), len(text)]
        reply.take(EVENTS[0][3])
        for start, end in pairwise(marks):
            delta = {"contentBlockIndex": 1, "delta": {"toolUse": {"input": text[start:end]}}}
            reply.take({"contentBlockDelta": delta})
        reply.take(EVENTS[0][6])
        (found,) = reply.calls
        assert isinstance(found.input, dict)
        return not found.broken

    inputs = [b'{"path": "a.md", "text": "x"}', b"", b'{"a": [1, {"b": null}]}']
    holds(
        st.tuples(mutated(inputs, JSON), st.lists(st.integers(0, 99), max_size=3)),
        call,
        known=[(JSON[-1], []), (b'{"a": "\xff"}', [])],
    )


def test_whatever_claude_code_says_can_be_told_of():
    """As the SDK lets it through, which looks at no more than it needs itself."""

    def told(data: bytes) -> bool:
        telling = Telling(ROOT)
        events = 0
        for message in Lines().take(data):
            if (parsed := parse_message(message)) is not None:
                events += len(list(telling.take(parsed)))
        list(telling.end())
        assert telling.used is not None
        return bool(events)

    holds(mutated(LINES[:1], JSON), told, ClaudeSDKError)
