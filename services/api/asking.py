"""How routes reach the services that do the work."""

from __future__ import annotations

from contextlib import suppress
from typing import TypeVar

import trio

from services.api import Options
from services.api.grace import Grace
from services.messages import Activity, RefreshPreview, ThreadKey
from supervisor.context import Context
from supervisor.desk import Refused, Request

R = TypeVar("R")


class Asking:
    """The asking side of the API's channels, for one life."""

    def __init__(
        self, ctx: Context[Options], activity: trio.MemorySendChannel[Activity], grace: Grace
    ) -> None:
        self._ctx = ctx
        self._activity = activity
        self._grace = grace

    async def ask(self, desk: str, request: Request[R]) -> R:
        """Ask as `Context.ask` does; raises `Gone` when the API stops before the answer."""
        with self._grace.scope():
            return await self._ctx.ask(desk, request)

    async def refresh(self, key: ThreadKey) -> None:
        """Tell the previews that files of a thread were exchanged; what was asked for is done."""
        with suppress(Refused):
            await self.ask("previews", RefreshPreview(key))

    def note_write(self) -> None:
        """Tell whoever watches for idleness that somebody changes something. Never waits."""
        with suppress(trio.WouldBlock):  # then there is news enough
            self._activity.send_nowait(Activity("api-write"))
