"""Threads that were deleted, and who is at one in that moment."""

from __future__ import annotations

import trio

from services.agent import Options
from services.agent.backend import Backend
from services.agent.feed import Feed
from services.agent.roster import FEW, Roster, at_work
from services.messages import ThreadKey
from tests.services.agent.serving import KEY, Bench, Scripted, quiet


async def open_others(roster: Roster) -> None:
    """So many that it is looked who was deleted."""
    for number in range(2 * FEW):
        await roster.lane(ThreadKey(KEY.client, KEY.user, f"other-{number}"))


async def test_the_lane_of_a_thread_that_was_deleted_stays_while_somebody_is_at_it(
    bench: Bench, nursery: trio.Nursery
) -> None:
    def make(_name: str) -> Backend:
        return Scripted(quiet)

    nursery.start_soon(bench.harness.channels.desks["workspaces"].answer, bench.keeper.answer)
    async with at_work(bench.harness.context(Options()), make, Feed()) as roster:
        lane = await roster.lane(KEY)
        bench.keeper.unknown = {KEY}
        async with lane.admission:
            await open_others(roster)
        bench.keeper.unknown = set()  # made anew
        is_same = await roster.lane(KEY) is lane
    assert is_same  # a lane itself takes minutes to be told in a failure
