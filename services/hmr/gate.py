"""How long a request waits for its dev server, and for what."""

from __future__ import annotations

from typing import Protocol

import trio

from services.hmr.waking import Waker
from services.hmr.wire import Wire
from services.messages import Preview, PreviewState, Routes
from supervisor.cell import Cell
from supervisor.desk import Refused

FIRST_PAUSE = 0.05
LONGEST_PAUSE = 0.5
WAKES = 2  # for one request; what falls asleep again under its hands is not for it


class Dialler(Protocol):
    """What a visit needs of a `Pool`."""

    async def dial(self, port: int) -> Wire | None: ...


def find_preview(preview_id: str | None, routes: Routes | None) -> Preview | None:
    """The preview of that id, or the default one, if it is on the board."""
    if routes is None:
        return None
    found = routes.default if preview_id is None else preview_id
    return None if found is None else routes.previews.get(found)


class Visit:
    """One request's wait for a preview: the one of that id, or the default one.

    `hold` is its patience in seconds. One that does not `wait_for_install` is told at once; one
    that may not `wake` leaves alone what sleeps. Afterwards `preview` is the one it was about, and
    `refusal` why there is none.
    """

    def __init__(
        self,
        routes: Cell[Routes | None],
        pool: Dialler,
        waker: Waker,
        preview_id: str | None,
        *,
        hold: float,
        wait_for_install: bool = True,
        wake: bool = True,
    ) -> None:
        self.preview: Preview | None = None
        self.refusal: Refused | None = None
        self._routes = routes
        self._pool = pool
        self._waker = waker
        self._id = preview_id
        self._wait_for_install = wait_for_install
        self._wakes = WAKES if wake else 0
        self._deadline = trio.current_time() + hold
        self._pause = FIRST_PAUSE

    async def connect(self) -> Wire | None:
        """A new connection to the dev server, or None where there is none to be had."""
        while True:
            self.preview = find_preview(self._id, self._routes.value)
            state = self.preview.state if self.preview is not None else None
            if state is PreviewState.FAILED:
                return None
            if state is PreviewState.INSTALLING and not self._wait_for_install:
                return None
            if state is None or state is PreviewState.ASLEEP:
                if not await self._wake():
                    return None
                continue
            if self.preview is not None and state is PreviewState.READY:
                wire = await self._pool.dial(self.preview.port)
                if wire is not None:
                    return wire
            if not await self.pause():
                return None

    async def pause(self) -> bool:
        """Wait for news before another try; False when the patience is at its end.

        A preview that is ready and still does not answer may be between two lives of which we
        have not heard yet: that is asked again soon, but not in a tight loop.
        """
        seen = self._routes.value
        until = self._deadline
        if self.preview is not None and self.preview.state is PreviewState.READY:
            until = min(until, trio.current_time() + self._pause)
            self._pause = min(2 * self._pause, LONGEST_PAUSE)
        with trio.move_on_at(until):
            await self._routes.change(seen)
        return trio.current_time() < self._deadline

    async def _wake(self) -> bool:
        """Have it woken, and wait for that to show; False where nothing more can be done."""
        if not self._wakes:
            return False
        self._wakes -= 1
        wake = self._waker.wake(self._id)
        with trio.move_on_at(self._deadline):
            await wake.over.wait()
            self.refusal = wake.refusal
            if self.refusal is None:
                # Who was asked shows it on the board before the answer, or soon after.
                await self._routes.until(self._is_awake)
        return self.refusal is None and trio.current_time() < self._deadline

    def _is_awake(self, routes: Routes | None) -> bool:
        preview = find_preview(self._id, routes)
        return preview is not None and preview.state is not PreviewState.ASLEEP
