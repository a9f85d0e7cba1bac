"""The front door itself: its listeners, and how it opens and closes."""

from __future__ import annotations

import socket
from contextlib import ExitStack, closing, suppress
from functools import partial
from typing import TypeVar

import structlog
import trio

from services.hmr import Options
from services.hmr.closing import Closing
from services.hmr.doorkeeper import Doorkeeper
from services.hmr.exchange import Patience
from services.hmr.notices import plain
from services.hmr.pool import Pool
from services.hmr.switchboard import Switchboard
from services.hmr.tunnels import Tunnels
from services.hmr.visitor import Door, Visitor
from services.hmr.waking import Waker
from services.hmr.wire import Lost, Wire
from services.http11.accepting import accept, open_listeners
from services.http11.limits import Tally, room_for
from services.keyring.referred import Referred
from services.messages import Activity, Routes, Visit, WakePreview
from supervisor.context import Context

log = structlog.get_logger()

M = TypeVar("M")

FULL = plain(503, "cannot serve you now: there are too many connections; try again later")
FINEST, COARSEST = 0.01, 1.0  # seconds; a deadline may be kept a quarter later than it says


async def keep_door(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
    """Listen on every address of the options until `ctx.stopping` is set."""
    options = ctx.options
    shortest = min(options.head, options.idle, options.stall, options.answer)
    with ExitStack() as opened:
        board = opened.enter_context(
            closing(Switchboard(tick=min(max(shortest / 4, FINEST), COARSEST)))
        )
        pool = opened.enter_context(closing(Pool(board)))
        tunnels = opened.enter_context(closing(Tunnels(options.tunnels, stall=options.stall)))
        activity = opened.enter_context(ctx.sender("activity", Activity))
        visits = opened.enter_context(ctx.sender("visits", Visit))

        def visited(preview_id: str | None) -> None:
            _send(activity, Activity("navigation"))
            if preview_id is not None:
                _send(visits, Visit(preview_id))

        routes = ctx.board("routes", Routes)
        async with trio.open_nursery() as behind:
            door = Door(
                routes=routes,
                pool=pool,
                waker=Waker(lambda wanted: ctx.ask("previews", WakePreview(wanted)), behind),
                tunnels=tunnels,
                guests=Tally(options.connections, options.per_client),
                held=Tally(options.held),
                closing=Closing(),
                visited=visited,
                keeper=Doorkeeper(options, previews=lambda: routes.value),
                hold=options.hold,
                head=options.head,
                idle=options.idle,
                patience=Patience(answer=options.answer, stall=options.stall),
            )
            listeners = await open_listeners(options.bind)
            room = room_for(options.connections, 2)
            log.info("listening", addresses=list(options.bind), connections=room)
            behind.start_soon(board.run)
            behind.start_soon(Referred(door.keeper.keyring, options.token, ctx.hide).follow)
            for listener in listeners:
                opened.enter_context(closing(listener))
            await _attend_all(
                ctx, door, board, listeners, Tally(room, options.per_client), task_status
            )
            behind.cancel_scope.cancel()


def _send(channel: trio.MemorySendChannel[M], message: M) -> None:
    try:
        channel.send_nowait(message)
    except trio.WouldBlock:
        log.debug("message dropped", message=message)  # whoever counts them has plenty to count


async def _attend_all(
    ctx: Context[Options],
    door: Door,
    board: Switchboard,
    listeners: list[socket.socket],
    connections: Tally,
    task_status: trio.TaskStatus[None],
) -> None:
    options = ctx.options
    async with trio.open_nursery() as visits:

        def admit(sock: socket.socket, address: str) -> None:
            counted = None if door.keeper.trusts(address) else address
            if not connections.enter(counted):
                with closing(sock), suppress(OSError):
                    sock.send(FULL.message(b"GET", b"close"))
                return
            left = partial(connections.leave, counted)
            visitor = Visitor(Wire(board, sock), door, address, left)
            visits.start_soon(attend, visitor)

        async with trio.open_nursery() as accepting:
            for listener in listeners:
                accepting.start_soon(accept, listener, admit)
            task_status.started()
            await ctx.stopping.wait()
            accepting.cancel_scope.cancel()
        for listener in listeners:
            listener.close()
        door.closing.begin()
        for handler in board.handlers:
            if isinstance(handler, Wire):
                handler.interrupt()
        visits.cancel_scope.deadline = trio.current_time() + options.grace
        await door.tunnels.restart()


async def attend(visitor: Visitor) -> None:
    """One connection from accept to close. Whatever goes wrong with it stays here."""
    try:
        await visitor.serve()
    except* (Lost, OSError) as lost:
        log.debug("connection lost", reason=str(lost.exceptions[0]))
    except* Exception:
        # A request that we trip over must not take every open preview with it.
        log.exception("connection failed")
