"""The look at everything, once nothing is wrong any more and nobody edits."""

from __future__ import annotations

from collections.abc import Sequence

import trio

from supervisor.socket.client import Client, Rejected, Unreachable
from tests.chaos.client import Defect
from tests.chaos.turns.kept import Kept
from tests.chaos.whole import levels, promises, tree
from tests.chaos.whole.levels import Level
from tests.chaos.whole.promises import Status

GLANCE = 0.5  # seconds between two looks


async def settled(
    daemon: Kept, control: Client, others: frozenset[int], within: float
) -> Sequence[Status]:
    """Wait until services and processes are as they must be; then how services are.

    `others` are processes of the run that are not the daemon's. Raises `Defect` with what is not.
    """
    wrong = ["nobody answered"]
    with trio.move_on_after(within):
        while True:
            await daemon.until_up()
            try:
                services: Sequence[Status] = await trio.to_thread.run_sync(control.services)
                wrong = look(services, daemon, others)
            except (Unreachable, Rejected) as error:
                wrong = [str(error)]
            else:
                if not wrong:
                    return services
            await trio.sleep(GLANCE)
    raise Defect("\n".join([f"not settled within {within:g} s:", *wrong]))


def look(services: Sequence[Status], daemon: Kept, others: frozenset[int]) -> list[str]:
    processes = tree.look()
    not_its = others | {daemon.pid}
    ours = [it for it in tree.of(daemon.log.parent, processes.values()) if it.pid not in not_its]
    return [
        *promises.standing(services),
        *promises.truth(services, processes, daemon.pid),
        *promises.leavings(services, processes, daemon.pid, ours),
    ]


class Levels:
    """The level of the first life once everything was used for the first time, and the first one
    of the life that is now: whatever comes later is held against both.
    """

    def __init__(self) -> None:
        self._first: list[Level] = []

    async def compare(self, daemon: Kept, servers: int, within: float) -> Level:
        """How it is; raises `Defect` where it stays above that for so many seconds."""
        now = levels.look(daemon.pid, daemon.lives, servers)
        if not self._first or self._first[-1].life != now.life:
            self._first = [*self._first[:1], now]
        wrong = list(levels.grown(self._first, now))
        with trio.move_on_after(within):
            while wrong:
                await trio.sleep(GLANCE)
                now = levels.look(daemon.pid, daemon.lives, servers)
                wrong = list(levels.grown(self._first, now))
        if wrong:
            raise Defect("\n".join(wrong))
        return now
