"""Ends the container when nobody has used it for some minutes, and not while it works."""

from __future__ import annotations

import os
from functools import partial

import trio

from services.idle import protecting, telling
from services.idle.ecs import Ecs
from services.idle.ending import EXIT_CODE, Ender, Tell
from services.idle.options import Options
from services.idle.watch import Watch
from services.messages import Activity, Routes, Turns
from supervisor.context import Context

__all__ = ["EXIT_CODE", "Options", "serve"]


async def serve(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
    """Watch for idleness until asked to stop, and have the task protected while turns run.

    Activity starts the time anew, and so does every beginning and end of a turn, an installation
    or a build; while there is one of these it stands still. When it is up the container is ended
    as the options say: in most modes the supervisor is asked, once, to shut down with code 20.
    Whoever hears "endings" is told why it ends, or why it cannot.
    """
    options = ctx.options
    ecs = Ecs(os.environ)
    tell = partial(telling.tell, options.webhook, options.secret)
    await run(ctx, ecs, tell, task_status=task_status)


async def run(
    ctx: Context[Options], ecs: Ecs, tell: Tell, *, task_status: trio.TaskStatus[None]
) -> None:
    """The same with this ECS, and a webhook that is told by `tell`."""
    turns = ctx.board("turns", Turns)
    with ctx.receiver("activity", Activity) as activity:
        routes = ctx.board("routes", Routes)
        watch = Watch(activity, turns, routes, 60 * ctx.options.minutes)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(watch.note_work)
            nursery.start_soon(Ender(ctx, watch, ecs, tell).run)
            if ecs.can_protect:
                nursery.start_soon(protecting.keep, turns, ecs.protect)
            task_status.started()
            await ctx.stopping.wait()
            nursery.cancel_scope.cancel()
