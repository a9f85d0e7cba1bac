"""Turns of the Bedrock backend, with a stand-in that follows a script."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import msgspec
import trio

from services.agent.backend import Turn
from services.agent.bedrock import Options, Price
from services.agent.bedrock.backend import Bedrock
from services.agent.bedrock.memory import NAME, load
from services.standin import Reply, Script, Standin, on
from services.standin.script import Step
from tests.services.agent.bedrock import conversations
from tests.services.agent.bedrock.conftest import MODEL
from tests.services.agent.recorder import Recorder
from tests.services.agent.sites import Worktree

DOLLAR = Price(input=1.0, output=1.0, cache_read=1.0, cache_write=1.0)
OPTIONS = Options(model=MODEL, prices={"*": DOLLAR})


def scripted(it: Standin, *replies: Reply | Sequence[Step]) -> None:
    """From now on every instruction is answered like that."""
    it.script = Script([on("", *replies)])


def bodies(it: Standin) -> list[dict[str, Any]]:
    """What reached the model, request by request; each is a conversation that Bedrock takes."""
    found = [json.loads(request.body) for request in it.requests]
    for body in found:
        _check(body["messages"])
    return found


async def run(
    site: Worktree, turn: Turn | None = None, told: Recorder | None = None, **options: Any
) -> Recorder:
    """Run one turn to its end, with a backend of its own: nothing is remembered but on disk."""
    turn = turn or site.turn("Do it")
    told = told or Recorder(site.root)
    backend = Bedrock(msgspec.structs.replace(OPTIONS, **options))
    before = site.snapshot()
    try:
        with trio.fail_after(60):
            await backend.run(turn, told)
    finally:
        told.check(before, site.snapshot(), whole=True)
        remembered(site)
    return told


def remembered(site: Worktree) -> list[str]:
    """The turns that are kept, as JSON; together they are a conversation."""
    store = site.turn("").store
    turns = load(store)
    if turns:
        conversations.check([message for turn in turns for message in turn.messages])
    assert not (store / f"{NAME}.tmp").exists()
    return [msgspec.json.encode(turn).decode() for turn in turns]


def _check(messages: list[dict[str, Any]]) -> None:
    assert [message["role"] for message in messages] == [
        "user" if n % 2 == 0 else "assistant" for n in range(len(messages))
    ]
    assert messages[-1]["role"] == "user"
    for message, following in pairwise(messages):
        calls = {
            block["toolUse"]["toolUseId"] for block in message["content"] if "toolUse" in block
        }
        results = [
            block["toolResult"]["toolUseId"]
            for block in following["content"]
            if "toolResult" in block
        ]
        assert len(results) == len(calls)
        assert set(results) == calls
    for message in messages:
        assert message["content"]
        assert all(block.get("text", "x").strip() for block in message["content"])
