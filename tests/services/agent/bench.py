"""What the contract suite stands on: a backend that is told what it will do, and runs of it.

A backend takes part by a `Bench` of its own: a script, or a stand-in for the model's server that
answers as the steps say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import trio
import trio.testing

from services.agent.backend import Host, Turn
from tests.services.agent.recorder import Recorder
from tests.services.agent.sites import INDEX, Worktree

# What the agent is told to do, in order. A model sees what came of a tool before the next step;
# a bench adds what its backend wants first, such as the reading of a file before its edit.


@dataclass(frozen=True, slots=True)
class Say:
    text: str


@dataclass(frozen=True, slots=True)
class Write:
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Edit:
    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Read:
    """For models only."""

    path: str


@dataclass(frozen=True, slots=True)
class Spend:
    """The model's answers so far cost at least this much, in US dollars."""

    dollars: float


@dataclass(frozen=True, slots=True)
class Stall:
    """After what was said so far nothing more comes, and the answer does not end."""


@dataclass(frozen=True, slots=True)
class Fail:
    """The model's server refuses for good, in its own way."""


Step = Say | Write | Edit | Read | Spend | Stall | Fail
EASY = (Edit(INDEX, "Hello", "Good day"), Say("The heading says Good day."))


class Bench(Protocol):
    """One backend, and what it does."""

    def expect(self, instruction: str, *steps: Step) -> None:
        """From now on, a turn with this instruction is answered like that."""
        ...

    async def run(self, turn: Turn, host: Host) -> None:
        """The backend's `run`."""
        ...


class ModelBench(Bench, Protocol):
    """A backend that asks a model."""

    def heard(self) -> list[str]:
        """What reached the model's server until now: a text for each request, as it was sent."""
        ...


async def carried_out(
    bench: Bench, site: Worktree, turn: Turn, recorder: Recorder | None = None
) -> Recorder:
    """Run a turn to its end, and look at the rules; what it raises comes out."""
    recorder = recorder or Recorder(turn.root)
    before = site.snapshot()
    try:
        with trio.fail_after(60):
            await bench.run(turn, recorder)
    finally:
        recorder.check(before, site.snapshot(), whole=True)
    return recorder


async def cancelled(
    bench: Bench,
    site: Worktree,
    turn: Turn,
    so: Callable[[Recorder], bool],
    recorder: Recorder,
    *,
    still: bool = False,
) -> None:
    """Run a turn and cancel it once what was told is so; whatever it was at, it goes.

    With `still` it is cancelled when everybody waits for something that does not come.
    """
    before = site.snapshot()
    with trio.fail_after(60):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(bench.run, turn, recorder)
            await recorder.until(so)
            if still:
                await trio.testing.wait_all_tasks_blocked(0.05)
            nursery.cancel_scope.cancel()
    recorder.check(before, site.snapshot(), whole=False)
