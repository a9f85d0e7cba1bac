"""The backend that is imported on its first turn, in a worker thread: it takes a second."""

from __future__ import annotations

from typing import Any

from services.agent.backend import Backend, BackendError, Host, Turn
from services.agent.claude import Options
from supervisor.context import Context
from supervisor.importing import load_aside

_MODULE = "services.agent.claude.backend"


class Lazy:
    """Raises `BackendError` on each turn as long as the SDK is not installed."""

    def __init__(self, options: Options, ctx: Context[Any]) -> None:
        self._options = options
        self._ctx = ctx
        self._backend: Backend | None = None

    async def run(self, turn: Turn, host: Host) -> None:
        """See `Backend.run`."""
        if self._backend is None:
            self._backend = await self._load()
        await self._backend.run(turn, host)

    async def _load(self) -> Backend:
        try:
            module = await load_aside(_MODULE)
        except ModuleNotFoundError as error:
            if error.name != "claude_agent_sdk":
                raise
            raise BackendError(
                "cannot run Claude Code: it is not installed; install nurseryd with its extra"
                " `claude`, or choose another backend"
            ) from None
        return module.Claude(self._options, self._ctx)
