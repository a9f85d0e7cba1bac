"""Coroutines for `run = "tests.supervisor.bodies:..."`, and the options of one of them."""

from __future__ import annotations

from typing import Literal

import msgspec
import trio


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    port: int = 80
    hosts: tuple[str, ...] = ()
    mode: Literal["fast", "safe"] = "safe"


async def steady(ctx, *, task_status):
    """Ready at once, and ends when asked."""
    task_status.started()
    await ctx.stopping.wait()


async def broken(ctx, *, task_status):
    """Fails before it is ready."""
    await trio.lowlevel.checkpoint()
    raise ValueError("no luck")


async def garbled(ctx, *, task_status):
    """Fails for a reason that is no UTF-8."""
    await trio.lowlevel.checkpoint()
    raise ValueError("a name such as \udcff")


async def leaking(ctx, *, task_status):
    """Fails with a secret among its variables."""
    password = "hunter" + "2"
    await trio.lowlevel.checkpoint()
    raise ValueError(f"a password of {len(password)} letters")


NO_FUNCTION = 7
