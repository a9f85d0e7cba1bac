"""The front door of all previews: one reverse proxy for HTTP and WebSockets."""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Literal

import msgspec
import trio

from services.binding import unfit
from supervisor.context import Context

# With dots around it, too, which are left out.
_DOMAIN = re.compile(r"\.?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?")


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`bind` are addresses, "host:port"; all of them are the same door. Durations are seconds.

    `domains` are those that previews are served under, besides localhost and plain addresses.
    `access` is "open" to everybody or "signed": to who shows a token of the operator, one for a
    scope that the preview is in, or a signed link. `token` is the operator's, or
    "secretsmanager:NAME_OR_ARN#KEY" for those in a secret; where it is empty, it is those in
    `token_file`, as they are at the time. `trusted` are addresses and networks of load balancers,
    whose word is taken on who asked, how, and for which host: no limit of one client is theirs,
    but of whom they name.

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
    access: Literal["open", "signed"] = "open"
    token: str = ""
    token_file: str = ""
    trusted: tuple[str, ...] = ("127.0.0.0/8", "::1")
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

    def __post_init__(self) -> None:
        found = [f"bind: {why}" for each in self.bind if (why := unfit(each))]
        if twice := [each for each in set(self.bind) if _often(self.bind, each)]:
            found.append(f"bind: {twice[0]} is there twice: each door needs a port of its own")
        found += [
            f"domains: {name!r} is no domain; write preview.example.com, without https:// or a star"
            for name in self.domains
            if not _DOMAIN.fullmatch(name)
        ]
        for network in self.trusted:
            try:
                ip_network(network)
            except ValueError as error:
                found.append(f"trusted: {error}; write 10.0.0.0/8, or an address")
        if self.access == "signed" and not (self.token or self.token_file):
            found.append("access: signed links need a token; give token or token_file")
        if found:
            raise ValueError("\n".join(found))

    @property
    def listens(self) -> tuple[tuple[str, str], ...]:
        return tuple(("bind", each) for each in self.bind)


def _often(addresses: tuple[str, ...], one: str) -> bool:
    return addresses.count(one) > 1 and not one.endswith(":0")


async def serve(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
    """Serve until `ctx.stopping` is set, then wind down within `grace`.

    Raises `OSError` where an address cannot be bound.
    """
    from services.hmr.service import keep_door

    await keep_door(ctx, task_status=task_status)
