"""Sees turns, previews and services, and keeps what becomes of them."""

from __future__ import annotations

from collections.abc import Collection

import trio

from services.figures.coming import Coming
from services.figures.ended import ended_badly
from services.figures.samples import Figure, Samples
from services.messages import AwaitTurn, Routes, ThreadKey, Turns, TurnState
from supervisor.context import Context
from supervisor.desk import Refused


async def watch_turns(ctx: Context[object], samples: Samples) -> None:
    """Keep how long every turn takes and whether it fails; until cancelled.

    One that the agent does not see to its end is not among them.
    """
    board = ctx.board("turns", Turns)
    seen: Turns | None = None
    async with trio.open_nursery() as nursery:
        while True:
            before, seen = seen, await board.change(seen)
            for name in _running(seen) - _running(before):
                nursery.start_soon(_turn, ctx, samples, name)


def _running(turns: Turns | None) -> frozenset[str]:
    return frozenset() if turns is None else turns.running


async def _turn(ctx: Context[object], samples: Samples, name: str) -> None:
    thread, _, turn = name.rpartition(":")
    try:
        info = await ctx.ask("agent", AwaitTurn(ThreadKey(*thread.split("/")), turn))
    except Refused:
        return
    if info.started:
        samples.add(Figure.TURN_SECONDS, max(0.0, info.finished - info.started))
        samples.add(Figure.TURN_FAILURES, float(info.state is TurnState.FAILED))


async def watch_previews(ctx: Context[object], samples: Samples) -> None:
    """Keep how long every preview takes until its first page; until cancelled."""
    board, coming = ctx.board("routes", Routes), Coming()
    seen: Routes | None = None
    while True:
        seen = await board.change(seen)
        if seen is not None:
            for seconds in coming.note(seen, trio.current_time()):
                samples.add(Figure.PREVIEW_SECONDS, seconds)


async def watch_services(ctx: Context[object], samples: Samples, jobs: Collection[str]) -> None:
    """Keep every bad end of a service that is no instance of `jobs`; until cancelled."""
    while True:
        with ctx.events.watch() as (_, changes):
            async for change in changes:
                if ended_badly(change) and f"{change.name.partition('@')[0]}@" not in jobs:
                    samples.add(Figure.SERVICE_FAILURES, 1.0)
