"""One service alone: a context around it, and its channels in the test's hands."""

from __future__ import annotations

import tomllib
import uuid
from pathlib import Path
from typing import TypeVar

import msgspec
import trio

from supervisor.channels import Channels
from supervisor.context import Context
from supervisor.control import Control
from supervisor.desk import Desk
from supervisor.events import Events
from supervisor.output import Output
from supervisor.spec import TaskSpec
from supervisor.vitals import Vitals

T = TypeVar("T")

SERVICES = Path(__file__).parents[1] / "config" / "services.toml"


def shipped(name: str) -> TaskSpec:
    """A task as the product declares it, channels and all; without its options."""
    table = tomllib.loads(SERVICES.read_text(encoding="utf-8"))["service"][name]
    return msgspec.convert({**table, "name": name, "options": {}}, TaskSpec)


class Harness:
    """Channels for everything that `spec` names; `desk` stands in for the supervisor's own."""

    def __init__(self, spec: TaskSpec) -> None:
        self.spec = spec
        self.channels = Channels(
            streams=(*spec.sends, *spec.receives),
            desks=(*spec.asks, *spec.answers),
            boards=(*spec.publishes, *spec.watches),
        )
        self.events = Events()
        self.vitals = Vitals(self.events)
        self.desk = Desk("supervisor")
        self.output = Output(lambda _: None)
        self.stopping = trio.Event()
        self.hidden: frozenset[str] = frozenset()
        self.marker = f"tests/{uuid.uuid4().hex}"

    def context(self, options: T) -> Context[T]:
        return Context(
            self.spec,
            options=options,
            channels=self.channels,
            control=Control(self.desk),
            events=self.events,
            vitals=self.vitals,
            logs=self.output,
            stopping=self.stopping,
            run="run",
            hidden=self.hidden,
            marker=self.marker,
        )
