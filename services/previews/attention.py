"""Who is at work with which preview, and so which servers may sleep."""

from __future__ import annotations

from collections import defaultdict

import trio
from msgspec.structs import replace

from services import memory
from services.messages import Preview, Routes, Turns, Visit
from services.previews import Options
from services.previews.amounts import steady
from services.previews.budget import Limits, Live
from services.previews.keeper import MADE_ROOM, Keeper
from services.previews.servers import Servers
from supervisor.context import Context


class Attention:
    """Keeps the servers within `limits`.

    A visit, an edit that a browser saw, a turn's begin and end, what the API asks for, and that
    it has come up for whoever waited, count; an open tab is nobody.
    """

    def __init__(self, ctx: Context[Options], servers: Servers, limits: Limits) -> None:
        self._ctx = ctx
        self._servers = servers
        self._turns = ctx.board("turns", Turns)
        self._seen = self._turns.value  # whose ends count as a use already
        self._used: defaultdict[str, float] = defaultdict(trio.current_time)
        self._keeper = Keeper(limits, self._live, self._measure, servers.sleep)
        servers.make_room = self._make_room
        servers.brought_up = self.use

    def use(self, preview_id: str) -> None:
        """Somebody is at work with a preview: it stays awake for a while."""
        if preview_id in self._servers.board.previews:
            self._used[preview_id] = trio.current_time()
            self._keeper.look()

    def forget(self, preview_id: str) -> None:
        """There is no such preview any more."""
        self._used.pop(preview_id, None)

    async def run(self) -> None:
        """Follow what happens, and put to sleep, until cancelled."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._keeper.run)
            nursery.start_soon(self._see_turns)
            nursery.start_soon(self._see_visits)
            nursery.start_soon(self._see_changes)

    async def _make_room(self, preview_id: str) -> None:
        """Put those to sleep that one more server has no room beside, and wait until they do."""
        for other in self._keeper.too_many(preview_id):
            self._servers.sleep(other, MADE_ROOM)
        await self._servers.until_stopped()

    def _live(self) -> list[Live]:
        return [
            Live(
                preview.id,
                self._used[preview.id],
                preview.memory,
                preview.clients,
                busy=self._servers.is_working(preview.id)
                or any(_turn_runs(turns, preview) for turns in (self._seen, self._turns.value)),
            )
            for preview in self._servers.board.previews.values()
            if self._servers.is_up(preview)
        ]

    async def _measure(self) -> None:
        """Find out what every server takes, and show it."""
        board = self._servers.board
        pids = {
            preview.id: pid
            for preview in board.previews.values()
            if self._servers.is_up(preview) and (pid := self._servers.pid(preview.id)) is not None
        }
        taken = await trio.to_thread.run_sync(memory.taken, frozenset(pids.values()))
        for preview_id, pid in pids.items():
            preview = board.previews.get(preview_id)
            # What ended while we looked, or is about to, has no memory to show.
            if preview is None or not self._servers.is_up(preview):
                continue
            if taken[pid] and self._servers.pid(preview_id) == pid:
                shown = steady(preview.memory, taken[pid])
                board.show(replace(preview, memory=shown))

    async def _see_turns(self) -> None:
        while True:
            now = await self._turns.change(self._seen)
            before, self._seen = self._seen, now
            for preview in tuple(self._servers.board.previews.values()):
                if _turn_runs(before, preview) != _turn_runs(now, preview):
                    self.use(preview.id)

    async def _see_visits(self) -> None:
        with self._ctx.receiver("visits", Visit) as visits:
            async for visit in visits:
                self.use(visit.id)

    async def _see_changes(self) -> None:
        """Look when a server comes or goes."""
        routes = self._ctx.board("routes", Routes)
        seen = routes.value
        while True:
            seen = await routes.change(seen)
            self._keeper.look()


def _turn_runs(turns: Turns | None, preview: Preview) -> bool:
    """Whether a turn works on what a preview shows; on what was built before it works nobody."""
    return preview.built is None and turns is not None and turns.run_in(preview.key)
