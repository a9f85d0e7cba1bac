"""Lives that a runner can have, a gate before them, and what is seen of it."""

import trio

from supervisor.cell import Cell
from supervisor.spec import Backoff

WAITS = Backoff(first=1.0, factor=2.0, limit=30.0, jitter=0.0)


async def waits(stopping, *, task_status):
    task_status.started()
    await stopping.wait()


async def breaks(stopping, *, task_status):
    task_status.started()
    raise ValueError("boom")


async def never_ready(stopping, *, task_status):
    await trio.sleep_forever()


class Gate:
    def __init__(self):
        self.is_open = Cell(False)
        self.runner = None

    async def __call__(self):
        await self.is_open.until(bool)


def states(runner):
    found = []
    for status in runner.told:
        if not found or found[-1] is not status.state:
            found.append(status.state)
    return found


def age(runner):
    return trio.current_time() - runner.began


async def until(runner, state):
    return await runner.status.until(lambda status: status.state is state)
