"""Which threads have a dev server: it installs their dependencies, starts and restarts them."""

from __future__ import annotations

import msgspec
import trio

from supervisor.context import Context


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`cache` is a folder on local disk, made where missing; it may be lost at any time.

    `ports` are the first and last port that dev servers may take. They should lie outside the
    system's ephemeral range, so that no outgoing connection sits on one.
    """

    cache: str = ".nurseryd/cache"
    ports: tuple[int, int] = (20000, 29999)


async def serve(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
    """Keep previews until `ctx.stopping` is set. Their dev servers outlive this service."""
    from services.previews.service import keep_previews

    await keep_previews(ctx, task_status=task_status)
