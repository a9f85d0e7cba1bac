"""Five figures of a container for CloudWatch, in the log that it collects anyway."""

from __future__ import annotations

import os
import re
from functools import partial
from typing import Annotated, Literal

import msgspec
import trio

from services.aws.metadata import VARIABLE as METADATA
from services.figures.named import fleet
from services.figures.samples import Samples
from services.figures.watching import watch_previews, watch_services, watch_turns
from services.figures.writing import write_each
from supervisor.context import Context

# What CloudWatch takes as the value of a dimension.
_FLEET = re.compile(r"[!-9;-~][ -~]{0,254}")


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table `[service.figures.options]`.

    `mode` says whether figures are written: "auto" is on ECS alone, since nobody else reads them
    out of a log. They are written `every` so many seconds, under the name of a `fleet`: where it
    is empty that of the task's family, and outside of ECS "local". CloudWatch charges for each
    figure of each fleet. How the instances of the templates `jobs` end is told to whoever asked
    for them, and is no failure of a service.
    """

    mode: Literal["auto", "on", "off"] = "auto"
    every: Annotated[float, msgspec.Meta(ge=1)] = 60.0
    fleet: str = ""
    jobs: tuple[str, ...] = ("build@", "install@")

    def __post_init__(self) -> None:
        if self.fleet and not _FLEET.fullmatch(self.fleet):
            raise ValueError(
                f"fleet: {self.fleet!r} is no name for CloudWatch; write up to 255 ASCII"
                " characters, the first of them no space and no ':'"
            )


async def serve(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
    """Collect until asked to stop, and write; what is left then is written before it returns."""
    options, samples = ctx.options, Samples()
    task_status.started()
    if options.mode == "off" or (options.mode == "auto" and not os.environ.get(METADATA)):
        await ctx.stopping.wait()
        return
    async with trio.open_nursery() as nursery:
        nursery.start_soon(watch_turns, ctx, samples)
        nursery.start_soon(watch_previews, ctx, samples)
        nursery.start_soon(watch_services, ctx, samples, options.jobs)
        named = partial(fleet, options.fleet)
        await write_each(options.every, samples, named, ctx.stopping)
        nursery.cancel_scope.cancel()
