"""Runs the turns of conversations: an instruction goes to an agent backend, its edits to git."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Annotated

import msgspec
import trio

from services.agent.backends import unknown
from services.agent.bedrock import Options as Bedrock
from services.agent.bedrock import unready
from services.agent.choosing import chosen, lacking
from services.agent.claude import Options as Claude
from services.agent.simulation import Options as Simulated
from supervisor.context import Context, Doubt, Obstacle

Dollars = Annotated[float, msgspec.Meta(ge=0)]


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`backend` names who carries out instructions, unless a turn names another of `backends`;
    a turn has `turn_timeout` seconds for it. What each of them needs is in the table of its name.
    "auto" is claude where the environment has what pays for it, else the simulation; with
    `simulate` it is the simulation, whatever `backend` says.

    So many turns of one thread as `waiting` says may wait for the one that runs; in all threads
    together so many run at once as `running` says.

    With `verify` the pages that a turn touched are opened after it, and the agent is sent back
    up to `repairs` times to mend what it broke. What is broken then is never committed:
    `rollback` takes it back, otherwise it is offered.

    `approve` are tools that a person has to allow each time, within `permission_timeout` seconds.
    Budgets are in US dollars, 0 for none; the day (UTC) is the user's, all threads together.
    """

    backend: str = "simulation"
    backends: tuple[str, ...] = ()
    simulate: bool = False
    turn_timeout: float = 600.0
    waiting: Annotated[int, msgspec.Meta(ge=0)] = 16
    running: Annotated[int, msgspec.Meta(ge=1)] = 4
    verify: bool = True
    repairs: Annotated[int, msgspec.Meta(ge=0, le=10)] = 2
    rollback: bool = True
    approve: tuple[str, ...] = ()
    permission_timeout: float = 300.0
    turn_budget: Dollars = 0.0
    thread_budget: Dollars = 0.0
    day_budget: Dollars = 0.0
    bedrock: Bedrock = Bedrock()
    claude: Claude = Claude()
    simulation: Simulated = Simulated()

    def __post_init__(self) -> None:
        backend = chosen(self.backend, os.environ, simulate=self.simulate)
        # What is meant is known from here on, and by everybody.
        msgspec.structs.force_setattr(self, "backend", backend)
        found = [
            f"{key}: {why}"
            for key, name in (("backend", backend), *(("backends", name) for name in self.backends))
            if (why := unknown(name))
        ]
        if "bedrock" in self.allowed and (why := unready(self.bedrock)):
            found.append(f"bedrock: {why}")
        if found:
            raise ValueError("\n".join(found))

    @property
    def allowed(self) -> frozenset[str]:
        """The backends that a turn may name."""
        return frozenset({self.backend, *self.backends})


def look(options: Options) -> Iterator[Obstacle | Doubt]:
    """Whether the backends have what they need here; without the first one nothing is any use."""
    for name in sorted(options.allowed):
        kind, key = (Obstacle, "backend") if name == options.backend else (Doubt, "backends")
        for why in lacking(name, options, os.environ):
            yield kind(key, why)


async def serve(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
    """Answer the desk `agent`; when stopping, interrupt the turns under way and return."""
    from services.agent.service import run

    await run(ctx, task_status=task_status)
