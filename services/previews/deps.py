"""Dependencies of sites: installed at most once for each lock file, shared by all its threads."""

from __future__ import annotations

import math
from collections import defaultdict
from pathlib import Path

import structlog
import trio

from services.previews import store
from services.previews.node import Node
from supervisor.control import Control, Start, Stop
from supervisor.desk import Refused
from supervisor.events import Events
from supervisor.model import ServiceStatus, State

log = structlog.get_logger()

TEMPLATE = "npm@"


class Dependencies:
    """Installs through the supervisor, so that an installation is logged, limited and stoppable."""

    def __init__(self, cache: Path, node: Node, control: Control, events: Events) -> None:
        self._store = cache / "modules"
        self._npm_cache = cache / "npm"
        self._node = node
        self._control = control
        self._events = events
        self._locks: defaultdict[str, trio.Lock] = defaultdict(trio.Lock)
        self._failed: dict[str, tuple[float, str]] = {}

    async def sweep(self) -> None:
        """End what an earlier life of this service began to install, and forget it."""
        for status in self._events.snapshot:
            if status.name.startswith(TEMPLATE):
                await self._control.ask(Stop(status.name))
        await trio.to_thread.run_sync(store.sweep, self._store)

    async def ready(self, root: Path) -> Path:
        """See to it that the site in `root` has its dependencies; returns the real directory.

        Raises `Refused` where that cannot be done. Cancelled, it leaves what it began to `sweep`;
        others who wait for the same dependencies begin again.
        """
        asked = trio.current_time()
        place = await trio.to_thread.run_sync(store.look, root, self._store, self._node.abi)
        if not place.ready:
            async with self._locks[place.key]:
                await self._install(root, place, asked)
        return await trio.to_thread.run_sync(store.link, root, place)

    async def _install(self, root: Path, place: store.Place, asked: float) -> None:
        if place.ready:
            return
        when, why = self._failed.get(place.key, (-math.inf, ""))
        if when >= asked:  # it failed while we waited for it
            raise Refused(why)
        partial = await trio.to_thread.run_sync(store.prepare, root, place)
        why = await self._run(f"{TEMPLATE}{place.key[:12]}", partial)
        if why:
            self._failed[place.key] = (trio.current_time(), why)
            await trio.to_thread.run_sync(store.discard, partial)
            raise Refused(why)
        await trio.to_thread.run_sync(store.finish, partial, place)

    async def _run(self, name: str, directory: Path) -> str:
        """Install into `directory`; returns why that failed, or nothing."""
        if self._events.get(name) is not None:  # of somebody who was cancelled
            await self._control.ask(Stop(name))
        started = trio.current_time()
        parameters = {
            "node": str(self._node.node),
            "npm": str(self._node.npm),
            "directory": str(directory),
            "cache": str(self._npm_cache),
        }
        await self._control.ask(Start(name, parameters))
        status = await self._rest(name)
        if status is not None:
            await self._control.ask(Stop(name))
        if status is None or status.state is not State.EXITED:
            reason = status.reason if status else "it was stopped"
            return f"cannot install dependencies: npm ci failed: {reason or 'see its log'}"
        log.info("dependencies installed", seconds=round(trio.current_time() - started, 1))
        return ""

    async def _rest(self, name: str) -> ServiceStatus | None:
        """Wait until a one-shot service has ended for good; None when it vanished."""
        while True:
            with self._events.watch() as (statuses, changes):
                now = next((status for status in statuses if status.name == name), None)
                if now is None or now.state.at_rest:
                    return now
                async for change in changes:
                    if change.name == name and (change.now is None or change.now.state.at_rest):
                        return change.now
