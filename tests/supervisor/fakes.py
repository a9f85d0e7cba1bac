"""Bodies that do as a test says, and a supervisor around them that keeps a diary."""

from __future__ import annotations

import os
from contextlib import contextmanager

import msgspec
import trio

from supervisor.channels import Channels
from supervisor.control import BadConfiguration
from supervisor.desk import Refused
from supervisor.events import Events
from supervisor.output import Output
from supervisor.plan import Plan, Planned
from supervisor.spec import Backoff, Budget, Settings, TaskSpec
from supervisor.supervisor import Supervisor

A_SECOND = Backoff(first=1.0, factor=1.0, limit=1.0, jitter=0.0)
NO_SECOND_CHANCE = Budget(restarts=0)


@contextmanager
def piped(*chunks):
    """A pipe that holds all this and then ends: what a child has written."""
    ours, theirs = os.pipe()
    for chunk in chunks:
        os.write(theirs, chunk)
    os.close(theirs)
    yield ours
    os.close(ours)


def task(name, **fields):
    return TaskSpec(name=name, run="not:imported", **fields)


def steady(*, ready=0.0, wind_down=0.0):
    """Ready after so long; asked to end, it takes so long."""

    async def body(life, *, task_status):
        await trio.sleep(ready)
        task_status.started()
        await life.stopping.wait()
        await trio.sleep(wind_down)

    return body


def crashing(*, after=0.0, ready=True, times=None):
    """Each life breaks, or the first few do and the next is steady."""
    lives = 0

    async def body(life, *, task_status):
        nonlocal lives
        lives += 1
        if ready:
            task_status.started()
        if times is not None and lives > times:
            if not ready:
                task_status.started()
            await life.stopping.wait()
        else:
            await trio.sleep(after)
            raise ValueError("boom")

    return body


def completing(*, after=0.0):
    """It does its work and is done."""

    async def body(life, *, task_status):
        task_status.started()
        await trio.sleep(after)

    return body


async def lose_patience():
    """Beside a test on fake time: what would wait for ever fails instead."""
    await trio.sleep(80_000)
    raise AssertionError("something waits for ever")


async def never_ready(life, *, task_status):
    await trio.sleep_forever()


async def deaf(life, *, task_status):
    """It never looks at `stopping`."""
    task_status.started()
    await trio.sleep_forever()


class Diary(Events):
    """Events that remember: `moves` are (seconds since the beginning, name, state)."""

    def __init__(self):
        super().__init__()
        self.began = trio.current_time()
        self.moves = []

    def publish(self, status):
        before = self.get(status.name)
        super().publish(status)
        if before is None or before.state is not status.state:
            at = round(trio.current_time() - self.began, 6)
            self.moves.append((at, status.name, status.state))

    def remove(self, name):
        super().remove(name)
        self.moves.append((round(trio.current_time() - self.began, 6), name, None))

    def order(self, state):
        """Who came into a state, in order."""
        return [name for _, name, entered in self.moves if entered is state]

    def of(self, name):
        """The states of one service, in order."""
        return [state for _, moved, state in self.moves if moved == name]

    def when(self, name, state):
        """The seconds at which a service first came into a state."""
        return next(at for at, moved, entered in self.moves if (moved, entered) == (name, state))


class World:
    """One supervisor over (spec, body) pairs, which are in start order."""

    def __init__(
        self, *services, templates=(), groups=(), checks=(), desks=(), read=None, **settings
    ):
        self.events = Diary()
        self.channels = Channels(desks=desks)
        self.ending = None
        plan = Plan(
            settings=Settings(**settings),
            services=tuple(Planned(spec, body) for spec, body in services),
            templates=tuple(templates),
            groups=tuple(groups),
            checks=tuple(checks),
        )
        self.output = Output(lambda line: None)
        reading = (read,) if read is not None else ()
        self.supervisor = Supervisor(plan, self.channels, self.events, self.output, *reading)

    async def run(self, *, task_status=trio.TASK_STATUS_IGNORED):
        self.ending = await self.supervisor.run(task_status=task_status)

    async def ask(self, request):
        return await self.supervisor.control().ask(request)

    def __getitem__(self, name):
        return self.events.get(name)

    async def until(self, name, state):
        with self.events.watch() as (_, changes):
            while self.events.get(name) is None or self[name].state is not state:
                await changes.receive()


class Asked:
    """A command that somebody gave in a task of its own; `answer` is None as long as he waits."""

    def __init__(self, nursery, world, request):
        self.answer = None
        self.done = False
        nursery.start_soon(self._ask, world, request)

    async def _ask(self, world, request):
        try:
            self.answer = await world.ask(request)
        except Refused as refusal:
            self.answer = refusal
        self.done = True


class File:
    """What stands in the configuration, as (spec, body) pairs in start order."""

    def __init__(self, *services, **fields):
        self.write(*services, **fields)
        self.problems = ()

    def write(self, *services, **fields):
        services = tuple(Planned(spec, body) for spec, body in services)
        self.plan = Plan(services=services, **fields)

    async def read(self):
        await trio.lowlevel.checkpoint()
        if self.problems:
            raise BadConfiguration(self.problems)
        return self.plan


# What `run = "tests.supervisor.fakes:serve"` finds: the instances of a template.


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    does: str = "waits"
    instance: str = ""


async def serve(ctx, *, task_status):
    task_status.started()
    if ctx.options.does == "breaks":
        raise ValueError(f"{ctx.options.instance} broke")
    if ctx.options.does == "completes":
        return
    await ctx.stopping.wait()


def template(name, **fields):
    """A template whose instances do as their parameter `does` says."""
    fields = {"options": {"does": "{does}", "instance": "{instance}"}} | fields
    return TaskSpec(name=name, run="tests.supervisor.fakes:serve", **fields)
