"""Webhooks: tells the servers of whoever embeds the product what happened."""

from __future__ import annotations

import msgspec
import trio

from services.webhooks.hook import Hook
from supervisor.context import Context
from supervisor.importing import load_aside


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table `[service.webhooks.options]`.

    `state` is the file that says how far each of the `hooks` has come; without hooks it is not
    touched. `most_attempts` bounds how often one event is tried, and `longest` for how many
    seconds after it happened; what is dropped is counted and logged.
    """

    state: str
    hooks: tuple[Hook, ...] = ()
    most_attempts: int = 12
    longest: float = 3600.0

    def __post_init__(self) -> None:
        places = [hook.id for hook in self.hooks]
        for number, place in enumerate(places, 1):
            if place in places[: number - 1]:
                raise ValueError(f"hooks: number {number} is there twice; leave one out")


async def serve(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
    """Deliver until asked to stop; then try what is under way once more and return."""
    await load_aside("services.webhooks.service")
    from services.webhooks.service import run

    await run(ctx, ready=task_status.started)
