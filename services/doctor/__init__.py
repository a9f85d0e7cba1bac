"""Whether people reach their previews: it walks the public way itself, and says what is wrong."""

from __future__ import annotations

from typing import Annotated

import msgspec
import trio

from supervisor.context import Context


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Durations are seconds: `wait` is what a hop may take, `start` the preview that is tested.

    `door` is the service whose options say which domains it serves.
    """

    wait: Annotated[float, msgspec.Meta(gt=0)] = 5.0
    start: Annotated[float, msgspec.Meta(gt=0)] = 60.0
    door: str = "hmr"


async def serve(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
    """Answer at the desk "doctor" until asked to stop; a walk under way is given up then."""
    from services.doctor.service import keep_practice

    await keep_practice(ctx, task_status=task_status)
