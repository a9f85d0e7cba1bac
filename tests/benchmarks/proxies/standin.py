"""A service in the place of `previews`: one preview, which is ready, and whoever asks is refused.

Copied beside the configuration that names it, so that it imports the nurseryd that is measured.
"""

from __future__ import annotations

import msgspec
import trio

from services.messages import Activity, Preview, PreviewState, Routes, ThreadKey, Visit
from supervisor.context import Context
from supervisor.desk import Refused, Request


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    port: int


async def serve(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
    key = ThreadKey("acme", "ada", "first")
    preview = Preview(key.preview_id, key, PreviewState.READY, ctx.options.port)
    ctx.publish("routes", Routes({preview.id: preview}, preview.id))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(ctx.answer, "previews", _refuse)
        nursery.start_soon(_drain, ctx.receiver("activity", Activity))
        nursery.start_soon(_drain, ctx.receiver("visits", Visit))
        task_status.started()
        await ctx.stopping.wait()
        nursery.cancel_scope.cancel()


async def _refuse(request: Request[object]) -> object:
    raise Refused(f"cannot do {type(request).__name__}: this stands in for the previews")


async def _drain(stream: trio.MemoryReceiveChannel[object]) -> None:
    async with stream:
        async for _ in stream:
            pass
