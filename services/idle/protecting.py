"""Keeps ECS from taking the task away while a turn runs: for a deployment, or to scale in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
import trio

from services.messages import Turns
from supervisor.cell import Cell
from supervisor.desk import NotFound, Refused

log = structlog.get_logger()

# Longer than a turn has by itself, and short enough that a task whose daemon hangs is soon free.
MINUTES = 15
RENEW = 300.0  # seconds, while turns run
AGAIN = 30.0  # seconds after a failure


async def keep(turns: Cell[Turns | None], protect: Callable[[int], Awaitable[None]]) -> None:
    """Have the task protected from the first turn to the end of the last, until cancelled.

    `protect` takes minutes, 0 for no longer, as `services.aws.protect` does. Returns where there
    is nothing to be protected from: the task belongs to no service.
    """
    guard = _Guard(turns, protect)
    try:
        while True:
            await turns.until(_run)
            await guard.hold()
            await guard.let_go()
    except NotFound as nothing:
        log.info("task needs no protection", reason=str(nothing))


class _Guard:
    def __init__(
        self, turns: Cell[Turns | None], protect: Callable[[int], Awaitable[None]]
    ) -> None:
        self._turns = turns
        self._protect = protect
        self._failing = False
        self._until = 0.0  # by when a protection has ended by itself

    async def hold(self) -> None:
        """Protect for as long as turns run."""
        while _run(self._turns.value):
            self._until = trio.current_time() + 60 * MINUTES
            wait = RENEW if await self._done(MINUTES) else AGAIN
            with trio.move_on_after(wait):
                await self._turns.until(lambda turns: not _run(turns))

    async def let_go(self) -> None:
        """End the protection, unless it ends by itself or another turn begins first."""
        while not _run(self._turns.value) and trio.current_time() < self._until:
            if await self._done(0):
                return
            with trio.move_on_after(AGAIN):
                await self._turns.until(_run)

    async def _done(self, minutes: int) -> bool:
        """Whether that was done; the first failure of several is logged."""
        try:
            await self._protect(minutes)
        except NotFound:
            raise
        except Refused as refusal:
            if not self._failing:
                log.warning("task is not protected", reason=str(refusal))
            self._failing = True
            return False
        self._failing = False
        return True


def _run(turns: Turns | None) -> bool:
    return bool(turns and turns.running)
