"""A body for `run = "tests.supervisor.needy:serve"`, with options that may not be any."""

from __future__ import annotations

import msgspec
import trio


class Options(msgspec.Struct, frozen=True):
    first: int
    last: int = 9

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("last is before first")


async def serve(ctx):
    await trio.sleep(ctx.options.last - ctx.options.first)
