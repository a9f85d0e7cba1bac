"""A service for tests alone: whoever connects to its Unix socket asks at the desk `workspaces`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import msgspec
import trio

from supervisor.context import Context
from supervisor.desk import Refused
from tests.chaos.wire import Wire


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`socket` is where to listen; what the last life left there is removed."""

    socket: str


async def serve(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
    """Pass requests on, one after the other from each connection, until asked to stop."""
    path = Path(ctx.options.socket)
    path.unlink(missing_ok=True)
    with trio.socket.socket(trio.socket.AF_UNIX) as socket:
        await socket.bind(str(path))
        socket.listen()
        async with trio.open_nursery() as nursery:
            listener = trio.SocketListener(socket)
            await nursery.start(trio.serve_listeners, partial(_pass_on, ctx), [listener])
            task_status.started()
            await ctx.stopping.wait()
            nursery.cancel_scope.cancel()


async def _pass_on(ctx: Context[Options], stream: trio.SocketStream) -> None:
    async with Wire(stream) as wire:
        while (request := await wire.asked()) is not None:
            try:
                answer = await ctx.ask("workspaces", request)
            except Refused as refusal:
                await wire.refuse(refusal)
            else:
                await wire.answer(answer)
