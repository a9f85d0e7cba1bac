"""Ends the container when nobody has used it for some minutes."""

from __future__ import annotations

from typing import Annotated

import msgspec
import structlog
import trio

from services.idle.watch import Watch
from services.messages import Activity, Turns
from supervisor.context import Context
from supervisor.control import Shutdown

log = structlog.get_logger()

EXIT_CODE = 20


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table `[service.idle.options]`: after so many minutes; 0 turns it off."""

    minutes: Annotated[float, msgspec.Meta(ge=0)] = 5.0


async def serve(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
    """Watch for idleness until asked to stop.

    Activity and every beginning and end of a turn start the time anew; while a turn runs it
    stands still. When it is up the supervisor is asked, once, to shut down with code 20.
    """
    with ctx.receiver("activity", Activity) as activity:
        watch = Watch(activity, ctx.board("turns", Turns), 60 * ctx.options.minutes)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(watch.note_turns)
            nursery.start_soon(_stop_when_idle, ctx, watch)
            task_status.started()
            await ctx.stopping.wait()
            nursery.cancel_scope.cancel()


async def _stop_when_idle(ctx: Context[Options], watch: Watch) -> None:
    await watch.until_idle()
    minutes = ctx.options.minutes
    log.info("idle, shutting down", minutes=minutes)
    await ctx.control.ask(Shutdown(f"idle for {minutes:g} minutes", exit_code=EXIT_CODE))
