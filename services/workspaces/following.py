"""Each commit pushed by itself, where that is wanted, without anybody waiting for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
import trio

from services.messages import ThreadKey
from services.workspaces.git.repository import GitFailed
from supervisor.desk import Refused

log = structlog.get_logger()


class Following:
    """Calls `push` for every thread that is noted, one time for all that was noted meanwhile.

    Where `push` raises `Refused`, `GitFailed` or `OSError`, that is logged: the next commit tries
    again, with all before it.
    """

    def __init__(self, push: Callable[[ThreadKey], Awaitable[object]]) -> None:
        self._push = push
        self._noted: set[ThreadKey] = set()
        self._under_way: set[ThreadKey] = set()
        self._any = trio.Event()

    def note(self, key: ThreadKey) -> None:
        """A thread has a commit that its remote has not."""
        self._noted.add(key)
        self._any.set()

    async def run(self) -> None:
        """Push until cancelled, threads side by side."""
        async with trio.open_nursery() as nursery:
            while True:
                await self._any.wait()
                self._any = trio.Event()
                for key in self._noted - self._under_way:
                    self._noted.remove(key)
                    self._under_way.add(key)
                    nursery.start_soon(self._follow, key)

    async def _follow(self, key: ThreadKey) -> None:
        try:
            await self._push(key)
        except (Refused, GitFailed, OSError) as error:
            log.warning("commit not pushed", thread=str(key), reason=str(error))
        finally:
            self._under_way.discard(key)
            self._any.set()  # it may have been noted again
