"""The prober: a service like any other that looks at the others. It reports, it never decides."""

from __future__ import annotations

import trio

from supervisor.context import Context


async def serve(ctx: Context[None], *, task_status: trio.TaskStatus[None]) -> None:
    """Probe whatever runs and has a check, until stopped."""
    from supervisor.health.prober import probe_all

    await probe_all(ctx, task_status=task_status)
