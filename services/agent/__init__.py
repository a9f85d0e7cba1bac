"""Runs the turns of conversations: an instruction goes to an agent backend, its edits to git."""

from __future__ import annotations

import msgspec
import trio

from services.agent.backends import check
from supervisor.context import Context


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`backend` names who carries out instructions; a turn has `turn_timeout` seconds for it.

    So many turns of one thread as `waiting` says may wait for the one that runs.
    """

    backend: str = "simulation"
    turn_timeout: float = 600.0
    waiting: int = 16

    def __post_init__(self) -> None:
        check(self.backend)


async def serve(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
    """Answer the desk `agent`; when stopping, interrupt the turns under way and return."""
    from services.agent.service import run

    await run(ctx, task_status=task_status)
