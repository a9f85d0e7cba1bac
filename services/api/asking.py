"""How routes reach the services that do the work."""

from __future__ import annotations

from contextlib import suppress
from typing import TypeVar

import trio

from services.api import Options
from services.api.errors import Problem
from services.api.grace import Grace
from services.api.turn_replies import described
from services.messages import (
    Activity,
    AwaitTurn,
    FindWorkspace,
    Preview,
    PreviewState,
    RefreshPreview,
    Routes,
    StartPreview,
    ThreadKey,
    TurnInfo,
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
                f"cannot find the workspace of {key}: call POST /api/init first"
            ) from missing

    async def ended(self, turn: TurnInfo) -> TurnInfo:
        """Wait for the end of a turn, which goes on whatever becomes of whoever waits.

        Raises `Problem` with the turn where somebody stops before that: its id tells who asked
        where to look when they are back.
        """
        if turn.state.ended:
            return turn
        try:
            return await self.ask("agent", AwaitTurn(turn.key, turn.turn))
        except NotFound:
            raise
        except Refused as refusal:
            raise Problem(503, str(refusal), more={"turn": described(turn)}) from refusal

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
        with suppress(trio.WouldBlock):  # then there is news enough
            self._activity.send_nowait(Activity("api-write"))
