"""The front door of all previews: one reverse proxy for HTTP and WebSockets."""

from __future__ import annotations

import msgspec
import trio

from supervisor.context import Context


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`bind` are addresses, "host:port"; all of them are the same door. Durations are seconds.

    `domains` are those that previews are served under, besides localhost and plain addresses.
    `trusted` are networks of load balancers: no limit of one client is theirs, but of whom they
    name last in X-Forwarded-For.

    `hold` is how long a request may wait for its dev server, `head` how long a head may take to
    come, `idle` how long a connection may be silent between two requests, `answer` how long a dev
    server may take to begin its answer, `stall` how long either side may keep the other from going
    on, `grace` what requests under way get when the service stops.

    `connections` at most are open, `per_client` of them from one address, or requests under way
    of one behind a load balancer; `tunnels` of them are WebSockets; `held` requests at most wait
    for a dev server.
    """

    bind: tuple[str, ...] = ("127.0.0.1:4321", "127.0.0.1:4322")
    domains: tuple[str, ...] = ()
    trusted: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    hold: float = 20.0
    head: float = 10.0
    idle: float = 75.0
    answer: float = 120.0
    stall: float = 60.0
    grace: float = 1.0
    connections: int = 10_000
    per_client: int = 256
    tunnels: int = 8_000
    held: int = 2_000


async def serve(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
    """Serve until `ctx.stopping` is set, then wind down within `grace`.

    Raises `OSError` where an address cannot be bound.
    """
    from services.hmr.service import keep_door

    await keep_door(ctx, task_status=task_status)
