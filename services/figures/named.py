"""The name that a container's figures go under."""

from __future__ import annotations

import os

import trio

from services.aws import read_task

LOCAL = "local"


async def fleet(chosen: str) -> str:
    """What was `chosen`, else the family of the task that this is, else `LOCAL`.

    Asks the task's metadata endpoint; raises `Refused` where it does not answer.
    """
    if chosen:
        return chosen
    task = await trio.to_thread.run_sync(read_task, os.environ, abandon_on_cancel=True)
    return LOCAL if task is None else task.family
