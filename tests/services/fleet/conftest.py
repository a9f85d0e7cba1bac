"""A fleet's cloud for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto.moto_api import state_manager

from tests.services.cloud import Cloud
from tests.services.fleet.ecs import Ecs, running
from tests.services.fleet.world import BASE, World


@pytest.fixture
def world(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.delenv("NURSERYD_STACK", raising=False)
    # Else moto takes a task for a step nearer to its end each time that somebody looks at it.
    state_manager.set_transition("ecs::task", {"progression": "manual", "times": 1_000_000})
    yield World()
    state_manager.unset_transition("ecs::task")


@pytest.fixture
def ecs(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ecs]:
    """An ECS beside the rest of moto's cloud, with the base's definition."""
    with running() as (ecs, address):
        monkeypatch.setenv("AWS_ENDPOINT_URL_ECS", address)
        checked = {**BASE["containerDefinitions"][0], "healthCheck": {"command": ["CMD", "x"]}}
        ecs.answer("RegisterTaskDefinition", {**BASE, "containerDefinitions": [checked]})
        yield ecs
