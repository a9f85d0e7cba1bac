"""What a model said, from the events of its stream."""

from __future__ import annotations

from typing import Any

from services.agent.bedrock.messages import Call, Text, Thought
from services.agent.bedrock.reply import Reply

Event = dict[str, Any]


def begun(index: int, tool: str, id: str = "c1") -> Event:
    start = {"toolUse": {"toolUseId": id, "name": tool}}
    return {"contentBlockStart": {"contentBlockIndex": index, "start": start}}


def more(index: int, **delta: Any) -> Event:
    return {"contentBlockDelta": {"contentBlockIndex": index, "delta": delta}}


def done(index: int) -> Event:
    return {"contentBlockStop": {"contentBlockIndex": index}}


def stop(reason: str) -> Event:
    return {"messageStop": {"stopReason": reason}}


def of(*events: Event) -> tuple[Reply, str]:
    reply = Reply()
    return reply, "".join([reply.take(event) for event in events])


def test_text_a_thought_and_a_call_come_in_pieces():
    reply, said = of(
        {"messageStart": {"role": "assistant"}},
        more(0, reasoningContent={"text": "Hm"}),
        more(0, reasoningContent={"text": "m."}),
        more(0, reasoningContent={"signature": "abc"}),
        done(0),
        more(1, text="I "),
        more(1, text="look."),
        done(1),
        begun(2, "read"),
        more(2, toolUse={"input": '{"path": "a.'}),
        more(2, toolUse={"input": 'md"}'}),
        done(2),
        stop("tool_use"),
        {"metadata": {"usage": {"inputTokens": 3}, "metrics": {"latencyMs": 1}}},
    )
    assert said == "I look."
    assert reply.blocks == [
        Thought("Hmm.", "abc"),
        Text("I look."),
        Call("c1", "read", {"path": "a.md"}),
    ]
    assert (reply.stop, reply.usage) == ("tool_use", {"inputTokens": 3})


def test_a_thought_that_is_hidden_is_kept():
    reply, _ = of(more(0, reasoningContent={"redactedContent": b"xy"}), done(0), stop("end_turn"))
    assert reply.blocks == [Thought(redacted=b"xy")]


def test_a_call_without_input_has_an_empty_one():
    reply, _ = of(begun(0, "git_diff"), done(0), stop("tool_use"))
    assert reply.calls == [Call("c1", "git_diff", {})]


def test_a_call_that_was_cut_is_broken():
    reply, _ = of(
        begun(0, "write"), more(0, toolUse={"input": '{"te'}), done(0), stop("max_tokens")
    )
    assert reply.calls == [Call("c1", "write", {}, broken=True)]
    reply, _ = of(begun(0, "write"), more(0, toolUse={"input": "[1]"}), done(0), stop("tool_use"))
    assert reply.calls[0].broken


def test_a_call_that_did_not_end_is_none_and_words_that_did_not_end_are_some():
    reply, _ = of(
        more(0, text="I "), begun(1, "write"), more(1, toolUse={"input": "{}"}), stop("max_tokens")
    )
    assert reply.blocks == [Text("I ")]


def test_what_is_not_known_is_left_alone():
    reply, said = of({"somethingNew": {}}, more(0, citation={"title": "x"}), done(0))
    assert (reply.blocks, said) == ([], "")
