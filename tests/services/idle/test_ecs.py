"""ECS asked in worker threads: a stand-in for its agent, and moto's server for AWS."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import trio

from services.idle import ecs as module
from services.idle.ecs import Ecs
from supervisor.desk import NotFound, Refused
from tests.aws import shapes
from tests.aws.agent import Agent
from tests.aws.cluster import Cluster
from tests.services.cloud import Cloud
from tests.supervisor.real import until


@pytest.fixture
def agent() -> Iterator[Agent]:
    with Agent(shapes.on_fargate("edits", "f00")) as agent:
        yield agent


async def test_the_whole_way_of_a_service_on_fargate(cloud: Cloud, agent: Agent) -> None:
    cluster = Cluster()
    cluster.make_service("acme-ada", 1)
    agent.metadata = shapes.on_fargate("edits", cluster.run(service="acme-ada"))
    ecs = Ecs(agent.environment)
    task = await ecs.task()
    assert task is not None
    assert task.service is None
    assert await ecs.service(task) == "acme-ada"
    assert await ecs.wanted(task, "acme-ada") == 1
    await ecs.want(task, "acme-ada", 0)
    assert cluster.desired("acme-ada") == 0


async def test_a_task_is_stopped(cloud: Cloud, agent: Agent) -> None:
    cluster = Cluster()
    id = cluster.run()
    agent.metadata = shapes.on_fargate("edits", id)
    ecs = Ecs(agent.environment)
    task = await ecs.task()
    assert task is not None
    await ecs.stop(task, "idle for 5 minutes")
    assert cluster.task(id)["stoppedReason"] == "idle for 5 minutes"


async def test_what_the_agent_says_is_not_asked_of_aws(agent: Agent) -> None:
    agent.metadata = shapes.on_ec2("edits", "f00", "acme-ada")
    ecs = Ecs(agent.environment)
    task = await ecs.task()
    assert task is not None
    assert await ecs.service(task) == "acme-ada"


async def test_without_ecs_there_is_no_task_and_no_protection() -> None:
    ecs = Ecs({})
    assert await ecs.task() is None
    assert not ecs.can_protect
    with pytest.raises(NotFound):
        await ecs.protect(15)


async def test_the_task_is_protected(agent: Agent) -> None:
    ecs = Ecs(agent.environment)
    assert ecs.can_protect
    await ecs.protect(15)
    assert agent.expires == 15


async def test_what_is_silent_is_given_up(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AGENT", 0.1)
    agent.silence = 60
    before = threading.active_count()
    ecs = Ecs(agent.environment)
    with trio.fail_after(5):
        with pytest.raises(Refused, match=r"did not answer in 0\.1 s"):
            await ecs.task()
        agent.closing.set()
        await until(lambda: not ecs._limiter.borrowed_tokens)
    assert threading.active_count() <= before + 2
