"""The real Claude Code CLI keeps the contract of backends."""

from __future__ import annotations

import os
import re

import pytest

from services.agent.backend import Host, Turn
from services.agent.claude import Options
from services.agent.claude.backend import Claude
from services.standin import Fail, Pause, Reply, Rule, Say, Script, Standin, Usage, Use, standin
from supervisor.spec import TaskSpec
from tests.harness import Harness
from tests.services.agent import bench as told
from tests.services.agent.bench import ModelBench, Step
from tests.services.agent.claude.conftest import DIRECT
from tests.services.agent.model_contract import ModelContract

pytestmark = pytest.mark.system

A_DOLLAR = 100_000  # tokens that the model says, by the CLI's list of prices


class StandinBench:
    """The CLI, and a stand-in for its model's API that answers as the steps say."""

    def __init__(self, api: Standin, variables: dict[str, str]) -> None:
        self._api = api
        self._variables = {**variables, "PATH": os.environ["PATH"]}
        self._rules: list[Rule] = []
        self._ctx = Harness(TaskSpec(name="agent", run="m:f")).context(None)

    def expect(self, instruction: str, *steps: Step) -> None:
        self._rules.append(Rule(re.escape(instruction), _replies(steps)))
        self._api.script = Script(self._rules)

    async def run(self, turn: Turn, host: Host) -> None:
        options = Options(model="claude-sonnet-5", retries=1)
        await Claude(options, self._ctx, self._variables).run(turn, host)

    def heard(self) -> list[str]:
        return [it.text for it in self._api.requests]


def _replies(steps: tuple[Step, ...]) -> list[Reply]:
    """Each call of a tool ends an answer; the CLI wants a file read before it is edited."""
    replies: list[Reply] = []
    said: list[Say | Use | Pause | Fail] = []

    def end() -> None:
        replies.append(Reply(list(said)))
        said.clear()

    for step in steps:
        match step:
            case told.Say(text):
                said.append(Say(text))
            case told.Write(path, text):
                said.append(Use("Write", {"file_path": path, "content": text}))
                end()
            case told.Edit(path, old, new):
                said.append(Use("Read", {"file_path": path}))
                end()
                edit = {"file_path": path, "old_string": old, "new_string": new}
                said.append(Use("Edit", edit))
                end()
            case told.Read(path):
                said.append(Use("Read", {"file_path": path}))
                end()
            case told.Spend(dollars):
                usage = Usage(output=int(dollars * A_DOLLAR) + 1)
                replies[-1] = Reply(replies[-1].steps, usage=usage)
            case told.Stall():
                said.append(Pause())
            case told.Fail():
                said.append(Fail(400, "this is refused for good"))
    if said:
        end()
    return replies


class TestClaude(ModelContract):
    @pytest.fixture
    async def bench(self):
        async with standin() as api:
            it: ModelBench = StandinBench(api, {**DIRECT, "ANTHROPIC_BASE_URL": api.url})
            yield it
