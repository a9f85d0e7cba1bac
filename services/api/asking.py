"""How routes reach the services that do the work."""

from __future__ import annotations

from contextlib import suppress
from typing import TypeVar

import trio

from services.api import Options
from services.api.grace import Grace
from services.messages import (
    Activity,
    FindWorkspace,
    Preview,
    PreviewState,
    RefreshPreview,
    Routes,
    StartPreview,
    ThreadKey,
    Workspace,
)
from supervisor.context import Context
from supervisor.desk import NotFound, Refused, Request

R = TypeVar("R")


class Asking:
    """The asking side of the API's channels, for one life."""

    def __init__(
        self, ctx: Context[Options], activity: trio.MemorySendChannel[Activity], grace: Grace
    ) -> None:
        self._ctx = ctx
        self._activity = activity
        self._grace = grace
        self._routes = ctx.board("routes", Routes)

    async def ask(self, desk: str, request: Request[R]) -> R:
        """Ask as `Context.ask` does; raises `Gone` when the API stops before the answer."""
        with self._grace.scope():
            return await self._ctx.ask(desk, request)

    async def workspace(self, key: ThreadKey) -> Workspace:
        """A thread's workspace; raises `NotFound` where it was never opened."""
        try:
            return await self.ask("workspaces", FindWorkspace(key))
        except NotFound as missing:
            raise NotFound(
                f"cannot find the workspace of {key}: open it first with PUT /v1/threads/{key},"
                " or with POST /api/init"
            ) from missing

    async def preview(self, workspace: Workspace) -> Preview:
        """See to it that a thread has a preview; how it is now."""
        return await self.ask(
            "previews", StartPreview(workspace.key, workspace.root, workspace.site)
        )

    async def wake(self, workspace: Workspace) -> None:
        """Wake the preview of a thread if it sleeps: whoever says what to change wants to see it.

        One that was never opened, or that failed, is left alone.
        """
        known = self._routes.value.previews if self._routes.value is not None else {}
        preview = known.get(workspace.key.preview_id)
        if preview is not None and preview.state is PreviewState.ASLEEP:
            with suppress(Refused):
                await self.preview(workspace)

    async def refresh(self, key: ThreadKey) -> None:
        """Tell the previews that files of a thread were exchanged; what was asked for is done."""
        with suppress(Refused):
            await self.ask("previews", RefreshPreview(key))

    def note_write(self) -> None:
        """Tell whoever watches for idleness that somebody changes something. Never waits."""
        self._note(Activity("api-write"))

    def note_visit(self) -> None:
        """Tell them that somebody opened a page. Never waits."""
        self._note(Activity("navigation"))

    def _note(self, activity: Activity) -> None:
        with suppress(trio.WouldBlock):  # then there is news enough
            self._activity.send_nowait(activity)
