"""Which files a script changed: it tells of none, so git is asked before and after it."""

from __future__ import annotations

from typing import Literal

import structlog

from services.agent.backend import Host
from services.messages import FileChanged
from supervisor.desk import Refused

log = structlog.get_logger()

Change = Literal["added", "modified", "deleted"]


class Effects:
    """One run's. A file that was changed before and is changed again is not told of twice."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._known: dict[str, Change] = {}
        self._running = 0

    async def before(self) -> None:
        """To be awaited before a script runs."""
        self._running += 1
        self._known = await self._look()

    async def after(self) -> tuple[FileChanged, ...]:
        """What is otherwise than before; nothing where none has run."""
        if not self._running:
            return ()
        self._running -= 1
        known, self._known = self._known, await self._look()
        return tuple(
            FileChanged(path, change)
            for path, change in self._known.items()
            if known.get(path) != change
        )

    async def _look(self) -> dict[str, Change]:
        try:
            state = await self._host.git_state()
        except Refused as refusal:
            log.warning("cannot see what a script changes", error=str(refusal))
            return self._known
        return {
            **dict.fromkeys((*state.added, *state.untracked), "added"),
            **dict.fromkeys(state.modified, "modified"),
            **dict.fromkeys(state.deleted, "deleted"),
        }
