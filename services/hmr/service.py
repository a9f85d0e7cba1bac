"""The front door itself: its listeners, and how it opens and closes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import h11
import structlog
import trio

from services.hmr import Options
from services.hmr.closing import Closing
from services.hmr.http import Door, Visitor
from services.messages import Activity, Routes
from supervisor.context import Context

log = structlog.get_logger()

# What a browser does to its own connection; nothing of ours is wrong.
LOST = (OSError, trio.BrokenResourceError, h11.RemoteProtocolError)


async def keep_door(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
    """Listen on every address of the options until `ctx.stopping` is set."""
    options = ctx.options
    with ctx.sender("activity", Activity) as activity:

        def navigated() -> None:
            try:
                activity.send_nowait(Activity("navigation"))
            except trio.WouldBlock:
                log.debug("activity dropped")  # whoever counts it has plenty to count

        door = Door(
            routes=ctx.board("routes", Routes),
            navigated=navigated,
            closing=Closing(),
            domains=options.domains,
            hold=options.hold,
            idle=options.idle,
        )
        listeners = await open_listeners(options.bind)
        log.info("listening", addresses=list(options.bind))
        async with trio.open_nursery() as visits:
            async with trio.open_nursery() as accepting:
                await accepting.start(
                    partial(
                        trio.serve_listeners,
                        partial(attend, door),
                        listeners,
                        handler_nursery=visits,
                    )
                )
                task_status.started()
                await ctx.stopping.wait()
                accepting.cancel_scope.cancel()
            door.closing.begin()
            visits.cancel_scope.deadline = trio.current_time() + options.grace


async def open_listeners(addresses: Iterable[str]) -> list[trio.SocketListener]:
    """Listen on each "host:port" or "[host]:port"; all of them, or none and an `OSError`."""
    listeners: list[trio.SocketListener] = []
    try:
        for address in addresses:
            host, _, port = address.rpartition(":")
            listeners += await trio.open_tcp_listeners(int(port), host=host.strip("[]") or None)
    except BaseException:
        for listener in listeners:
            listener.socket.close()
        raise
    return listeners


async def attend(door: Door, stream: trio.SocketStream) -> None:
    """One connection from accept to close. Whatever goes wrong with it stays here."""
    async with stream:
        try:
            address = str(stream.socket.getpeername()[0])
            await Visitor(stream, door, address).serve()
        except* LOST as lost:
            log.debug("connection lost", reason=str(lost.exceptions[0]))
        except* Exception:
            # A request that we trip over must not take every open preview with it.
            log.exception("connection failed")
