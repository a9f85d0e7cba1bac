"""The name of a fleet, asked of a stand-in for ECS's agent over HTTP."""

from __future__ import annotations

import pytest

from services.figures.named import LOCAL, fleet
from supervisor.desk import Refused
from tests.aws import shapes
from tests.aws.agent import Agent


@pytest.fixture
def agent(monkeypatch):
    with Agent(shapes.on_fargate("edits", "f00")) as agent:
        for name, value in agent.environment.items():
            monkeypatch.setenv(name, value)
        yield agent


async def test_it_is_the_family_of_the_task(agent):
    assert await fleet("") == "editor"


async def test_a_chosen_name_asks_nobody(agent):
    agent.instead = 500, b""
    assert await fleet("team") == "team"
    with pytest.raises(Refused, match="answered 500"):
        await fleet("")


async def test_elsewhere_it_is_this_machine(monkeypatch):
    monkeypatch.delenv("ECS_CONTAINER_METADATA_URI_V4", raising=False)
    assert await fleet("") == LOCAL
