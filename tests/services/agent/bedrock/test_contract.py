"""The Bedrock backend keeps the contract of backends: real boto3, and the stand-in behind it."""

from __future__ import annotations

import re

import pytest

from services.agent.backend import Host, Turn
from services.agent.bedrock import Options, Price, make
from services.standin import Fail, Pause, Reply, Rule, Say, Script, Standin, Usage, Use
from services.standin.script import Step as Beat
from tests.services.agent import bench
from tests.services.agent.bedrock.conftest import MODEL
from tests.services.agent.model_contract import ModelContract

OPTIONS = Options(
    model=MODEL,
    attempts=1,
    prices={"*": Price(input=1.0, output=1.0, cache_read=1.0, cache_write=1.0)},
)


def _beats(step: bench.Step) -> list[Beat]:
    match step:
        case bench.Say(text):
            return [Say(text)]
        case bench.Write(path, text):
            return [Use("write", {"path": path, "text": text})]
        case bench.Edit(path, old, new):
            return [Use("edit", {"path": path, "old": old, "new": new})]
        case bench.Read(path):
            return [Use("read", {"path": path})]
        case bench.Stall():
            return [Pause()]
        case bench.Fail():
            return [Fail(400, "the request is not one")]
        case bench.Spend():
            return []


def replies(steps: tuple[bench.Step, ...]) -> list[Reply]:
    """A reply ends with each tool; what is spent is on the bill of the one before."""
    found: list[Reply] = []
    beats: list[Beat] = []
    for step in steps:
        if isinstance(step, bench.Spend):
            bill = Usage(input=int(step.dollars * 1_000_000))
            found[-1] = Reply(found[-1].steps, usage=bill)
            continue
        beats += _beats(step)
        if isinstance(beats[-1], Use):
            found.append(Reply(beats))
            beats = []
    return [*found, Reply(beats)] if beats else found


class StandinBench:
    def __init__(self, it: Standin) -> None:
        self._it = it
        self._rules: list[Rule] = []
        self._backend = make(OPTIONS)

    def expect(self, instruction: str, *steps: bench.Step) -> None:
        self._rules.insert(0, Rule(re.escape(instruction), replies(steps)))
        self._it.script = Script(self._rules)

    async def run(self, turn: Turn, host: Host) -> None:
        await self._backend.run(turn, host)

    def heard(self) -> list[str]:
        return [request.text for request in self._it.requests]


class TestBedrock(ModelContract):
    @pytest.fixture
    def bench(self, it: Standin) -> bench.ModelBench:
        return StandinBench(it)
