"""Which threads have a server: dependencies installed, woken and put to sleep, sites built."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import trio

from services.previews.amounts import in_bytes
from supervisor.context import Context, Doubt, Obstacle


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`cache` is a folder on local disk, made where missing; it may be lost at any time.

    `tarballs` is a folder for what package managers download, which several containers may
    share: on the workspace volume, so that a new container need not download it again; in
    `cache` where it is not given. `install_scripts` lets packages run code while they are
    installed. Beyond the `most_modules` last used, dependencies are removed that neither a worktree
    nor what was built links to, and no server has.

    `ports` are the first and last port that dev servers may take. They should lie outside the
    system's ephemeral range, so that no outgoing connection sits on one.

    At `most` so many servers run, and they take no more than `memory`: bytes, or text such as
    "2GiB", or "60%" of what this container may have. Beyond that the longest unused one sleeps,
    and so does one that nobody looked at or worked on for `sleep_after` seconds, 0 for never;
    the next visit wakes it.

    So many `builds` run at once, each for `build_timeout` seconds at the most; an installation
    is ended after `install_timeout`.

    A check of pages waits `check_start` seconds for a server that comes up, and `check_timeout`
    seconds for what the pages show.
    """

    cache: str = ".nurseryd/cache"
    tarballs: str = ""
    install_scripts: bool = False
    most_modules: Annotated[int, msgspec.Meta(ge=0)] = 10
    ports: tuple[int, int] = (20000, 29999)
    most: Annotated[int, msgspec.Meta(ge=1)] = 8
    memory: int | str = "60%"
    sleep_after: Annotated[float, msgspec.Meta(ge=0)] = 300.0
    builds: Annotated[int, msgspec.Meta(ge=1)] = 1
    build_timeout: Annotated[float, msgspec.Meta(gt=0)] = 900.0
    install_timeout: Annotated[float, msgspec.Meta(gt=0)] = 900.0
    check_start: Annotated[float, msgspec.Meta(gt=0)] = 60.0
    check_timeout: Annotated[float, msgspec.Meta(gt=1)] = 20.0

    def __post_init__(self) -> None:
        in_bytes(self.memory, 1 << 30)


def look(options: Options) -> Iterator[Obstacle | Doubt]:
    """Whether dependencies can be kept and used in `cache`, and are not in memory."""
    from services.footing import MEMORY, barren, mounted, unfit

    cache = Path(options.cache)
    why = unfit(cache) or barren(cache)
    if why is not None:
        yield Obstacle("cache", why)
    elif (mount := mounted(cache)) is not None and mount.kind in MEMORY:
        yield Doubt(
            "cache",
            f"{cache} is in memory, as all of {mount.place}: each site's dependencies take some 200"
            " MB of it, and uploads too; mount a volume there",
        )


async def serve(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
    """Keep previews until `ctx.stopping` is set. Their dev servers outlive this service."""
    from services.previews.service import keep_previews

    await keep_previews(ctx, task_status=task_status)
