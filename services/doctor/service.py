"""Self-tests: the thread is made ready, the way to it walked, and the scratch thread removed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import msgspec
import trio
from msgspec.structs import replace

from services.doctor import Options
from services.doctor.causes import Symptom
from services.doctor.remedies import remedy
from services.doctor.scratch import edit, scratch_thread
from services.doctor.walk import walk
from services.doctor.way import Way
from services.messages import (
    SCRATCH,
    Findings,
    FindWorkspace,
    Hop,
    Preview,
    PreviewState,
    Routes,
    SelfTest,
    StartPreview,
    ThreadKey,
    Verdict,
    Workspace,
)
from supervisor.context import Context
from supervisor.control import Specs
from supervisor.desk import Refused, Request
from supervisor.spec import TaskSpec


async def keep_practice(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
    """Answer until `ctx.stopping` is set."""
    practice = Practice(ctx)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(partial(ctx.answer, withdrawable=True), "doctor", practice.handle)
        task_status.started()
        await ctx.stopping.wait()
        nursery.cancel_scope.cancel()


class Practice:
    """One life of the doctor. The scratch thread is in one hand at a time."""

    def __init__(self, ctx: Context[Options]) -> None:
        self._ctx = ctx
        self._busy = False

    async def handle(self, request: Request[Any]) -> object:
        match request:
            case SelfTest(key=key) if key == SCRATCH:
                return await self._with_scratch(request)
            case SelfTest(key=key):
                workspace = await self._ctx.ask("workspaces", FindWorkspace(key))
                return await self._walk(request, workspace, None)
            case _:
                raise Refused(f"cannot answer {type(request).__name__} at this desk")

    async def _with_scratch(self, request: SelfTest) -> Findings:
        if self._busy:
            raise Refused("cannot begin a self-test: one is under way; try again when it is done")
        self._busy = True
        try:
            async with scratch_thread(self._ctx) as workspace:
                return await self._walk(request, workspace, partial(edit, workspace))
        finally:
            self._busy = False

    async def _walk(
        self, request: SelfTest, workspace: Workspace, edit: Callable[[], Awaitable[str]] | None
    ) -> Findings:
        began = trio.current_time()
        preview = await self._started(request.key, workspace)
        ms = round(1000 * (trio.current_time() - began), 1)
        findings = await walk(
            Way(
                address=request.address,
                token=request.token,
                wait=self._ctx.options.wait,
                patience=request.patience,
                inside=True,
                domains=await self._domains(),
                edit=edit,
            )
        )
        return replace(findings, hops=(_started(preview, ms), *findings.hops))

    async def _started(self, key: ThreadKey, workspace: Workspace) -> Preview:
        """The thread's preview once it is ready, or failed, or as it is when the time is over."""
        preview = await self._ctx.ask(
            "previews", StartPreview(key, workspace.root, workspace.site, prefer=False)
        )
        board = self._ctx.board("routes", Routes)

        def settled(routes: Routes | None) -> bool:
            shown = routes.previews.get(preview.id) if routes is not None else None
            return shown is not None and shown.state in (PreviewState.READY, PreviewState.FAILED)

        with trio.move_on_after(self._ctx.options.start):
            await board.until(settled)
        return board.value.previews.get(preview.id, preview) if board.value else preview

    async def _domains(self) -> tuple[str, ...] | None:
        """What the front door serves, as it is declared."""
        for spec in await self._ctx.control.ask(Specs()):
            if spec.name == self._ctx.options.door and isinstance(spec, TaskSpec):
                return msgspec.convert(spec.options.get("domains", ()), tuple[str, ...])
        return None


def _started(preview: Preview, ms: float) -> Hop:
    """Whether there is something at the end of the way."""
    if preview.state is PreviewState.READY:
        return Hop("preview", Verdict.PASSED, f"{preview.id} is ready", ms=ms)
    said = remedy(Symptom.NO_PREVIEW, inside=True)
    seen = f"{preview.id} is {preview.state}: {preview.error or preview.reason}"
    return Hop("preview", Verdict.FAILED, seen, said.cause, said.advice, ms)
