"""The HTTP API: the face of the service, light until a life begins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import trio
from msgspec import Meta

from services.api.guard.checks import problems
from supervisor.context import Context, Obstacle
from supervisor.importing import load_aside

Count = Annotated[int, Meta(ge=0)]
UNSET = "not_set"  # in place of an id that nobody gave


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table `[service.api.options]`.

    `bind` is "host:port", port 0 for any free one. `preview` is the address under which people
    reach the previews, each at a host name of its own below it where there is a `wildcard` for
    such names in the DNS. `access` is what the previews' door has: where it is "signed", their
    addresses carry a ticket.

    `token` is the operator's, or "secretsmanager:NAME_OR_ARN#KEY" for those in a secret; where it
    is empty, it is those in `token_file`. They are one a line, the current one first, as they are
    at the time. Where there is none, one is generated for this run of the daemon and kept in the
    file (nowhere if that is not named, too): on loopback, or "anywhere".
    `requests` are how many may be made with tokens for one scope, other than the operator's own,
    at once and then in a minute; `guesses` the same of those without a good token from one
    address. So many as `streams` may listen to events at once, and `streams_each` with the same
    token at the same address. 0 is no limit. A connection may be silent for `idle` seconds between
    two requests: for longer than a load balancer in front keeps it, who would else meet a closed
    one. `trusted` are addresses and networks of load balancers, whose word is taken on who asked
    and how. Pages of `origins` may ask, if they have a token, and have the studio in a frame.

    With a `client`, and perhaps a `user` and a `thread`, the studio begins there. They and the
    `workspace` are also what `GET /health` says.
    """

    bind: str = "127.0.0.1:8080"
    preview: str = "http://127.0.0.1:4322/"
    wildcard: bool = True
    access: Literal["open", "signed"] = "open"
    token: str = ""
    token_file: str = ""
    generate: Literal["loopback", "anywhere"] = "loopback"
    requests: Count = 6000
    guesses: Count = 60
    streams: Count = 1000
    streams_each: Count = 200
    idle: Annotated[float, Meta(gt=0)] = 75.0
    trusted: tuple[str, ...] = ("127.0.0.0/8", "::1")
    origins: tuple[str, ...] = ()
    workspace: str = "/workspace"
    client: str = UNSET
    user: str = UNSET
    thread: str = UNSET

    def __post_init__(self) -> None:
        if found := problems(self):
            raise ValueError("\n".join(found))

    @property
    def listens(self) -> tuple[tuple[str, str], ...]:
        return (("bind", self.bind),)


def look(options: Options) -> Iterator[Obstacle]:
    """Whether a token can be kept where there is none yet."""
    from services.footing import unfit

    if not options.token and options.token_file:
        why = unfit(Path(options.token_file).parent)
        if why is not None:
            yield Obstacle("token_file", why)


async def serve(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
    """Serve until asked to stop, then answer what is under way and return.

    Raises `CannotListen` and `CannotKeepToken`, both of which say what to do.
    """
    # The web framework takes half a second to import, which the loop must not feel.
    await load_aside("services.api.service")
    from services.api.service import run

    await run(ctx, ready=lambda: task_status.started())
