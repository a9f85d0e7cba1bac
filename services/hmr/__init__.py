"""The front door of all previews: one reverse proxy for HTTP and WebSockets."""

from __future__ import annotations

import msgspec
import trio

from supervisor.context import Context


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`bind` are addresses, "host:port"; all of them are the same door. Durations are seconds.

    `domains` are those that previews are served under, besides localhost and plain addresses.
    `hold` is how long a request may wait for its dev server, `idle` how long a connection may
    be silent between two requests, `grace` what requests under way get when the service stops.
    """

    bind: tuple[str, ...] = ("127.0.0.1:4321", "127.0.0.1:4322")
    domains: tuple[str, ...] = ()
    hold: float = 20.0
    idle: float = 75.0
    grace: float = 1.0


async def serve(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
    """Serve until `ctx.stopping` is set, then wind down within `grace`.

    Raises `OSError` where an address cannot be bound.
    """
    from services.hmr.service import keep_door

    await keep_door(ctx, task_status=task_status)
