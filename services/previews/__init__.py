"""Which threads have a dev server: it installs their dependencies, starts and restarts them."""

from __future__ import annotations

from typing import Annotated

import msgspec
import trio

from supervisor.context import Context


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`cache` is a folder on local disk, made where missing; it may be lost at any time.

    `tarballs` is a folder for what package managers download, which several containers may
    share: on the workspace volume, so that a new container need not download it again; in
    `cache` where it is not given. `install_scripts` lets packages run code while they are
    installed. Beyond the `most_modules` last used, dependencies are removed that no worktree
    links to and no dev server has.

    `ports` are the first and last port that dev servers may take. They should lie outside the
    system's ephemeral range, so that no outgoing connection sits on one.
    """

    cache: str = ".nurseryd/cache"
    tarballs: str = ""
    install_scripts: bool = False
    most_modules: Annotated[int, msgspec.Meta(ge=0)] = 10
    ports: tuple[int, int] = (20000, 29999)


async def serve(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
    """Keep previews until `ctx.stopping` is set. Their dev servers outlive this service."""
    from services.previews.service import keep_previews

    await keep_previews(ctx, task_status=task_status)
