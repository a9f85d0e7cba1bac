"""The scratch thread of a self-test: a starter site that nobody else works on."""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import structlog
import trio

from services.doctor import Options
from services.messages import SCRATCH, DeleteThread, OpenWorkspace, StopPreview, Workspace
from supervisor.context import Context
from supervisor.desk import NotFound, Refused, Request

log = structlog.get_logger()

R = TypeVar("R")

PAGE = "src/pages/index.astro"
_MARK = re.compile(rb"\n<!-- A self-test looks for this: [0-9a-f]+ -->\n")
CLEAN_WITHIN = 4.0  # seconds; it fits in the service's stop_timeout


@asynccontextmanager
async def scratch_thread(ctx: Context[Options]) -> AsyncGenerator[Workspace]:
    """Open it, and delete it with its branch at the end, whatever ended it.

    One that a crash left behind is taken as it is, and goes the same way. Raises `Refused`.
    """
    workspace: Workspace | None = None
    try:
        workspace = await ctx.ask("workspaces", OpenWorkspace(SCRATCH, title="Self-test"))
        yield workspace
    finally:
        with trio.CancelScope(deadline=trio.current_time() + CLEAN_WITHIN, shield=True) as scope:
            await _done(ctx, "previews", StopPreview(SCRATCH))
            if workspace is not None:
                # What is not committed would be kept with the deleted thread, for ever.
                await trio.to_thread.run_sync(_restore, workspace.root)
            await _done(ctx, "workspaces", DeleteThread(SCRATCH, branch=True))
        if scope.cancelled_caught:
            log.warning("scratch thread not removed in time", thread=str(SCRATCH))


async def edit(workspace: Workspace) -> str:
    """Add a comment to the front page; what it says. Raises `OSError`."""
    mark = f"<!-- A self-test looks for this: {secrets.token_hex(8)} -->"
    await trio.to_thread.run_sync(_change, workspace.root, f"\n{mark}\n".encode())
    return mark


def _change(root: Path, comment: bytes) -> None:
    page = root / PAGE
    page.write_bytes(_MARK.sub(b"", page.read_bytes()) + comment)


def _restore(root: Path) -> None:
    try:
        _change(root, b"")
    except OSError as error:
        log.warning("scratch thread not restored", reason=str(error))


async def _done(ctx: Context[Options], desk: str, request: Request[R]) -> None:
    try:
        await ctx.ask(desk, request)
    except NotFound:
        pass  # it was never made
    except Refused as refusal:
        log.warning("scratch thread not removed", thread=str(SCRATCH), reason=str(refusal))
