"""Runs the turns of conversations: an instruction goes to an agent backend, its edits to git."""

from __future__ import annotations

from typing import Annotated

import msgspec
import trio

from services.agent.backends import check
from services.agent.bedrock import Options as Bedrock
from services.agent.bedrock import check as check_bedrock
from services.agent.claude import Options as Claude
from services.agent.simulation import Options as Simulated
from supervisor.context import Context

Dollars = Annotated[float, msgspec.Meta(ge=0)]


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`backend` names who carries out instructions, unless a turn names another of `backends`;
    a turn has `turn_timeout` seconds for it. What each of them needs is in the table of its name.

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
        for name in (self.backend, *self.backends):
            check(name)
        if "bedrock" in self.allowed:
            check_bedrock(self.bedrock)

    @property
    def allowed(self) -> frozenset[str]:
        """The backends that a turn may name."""
        return frozenset({self.backend, *self.backends})


async def serve(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
    """Answer the desk `agent`; when stopping, interrupt the turns under way and return."""
    from services.agent.service import run

    await run(ctx, task_status=task_status)
