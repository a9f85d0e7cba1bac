"""How long a request waits for its dev server, and for what."""

from __future__ import annotations

import trio

from services.hmr.route import pick_preview
from services.messages import Preview, PreviewState, Routes
from supervisor.cell import Cell

FIRST_PAUSE = 0.05
LONGEST_PAUSE = 0.5
DIAL = 1.0  # seconds; on loopback only a full backlog takes any


class Visit:
    """One request's wait for its preview; afterwards `preview` is the one it was about.

    `hold` is its patience in seconds. One that does not `wait_for_install` is told at once.
    """

    def __init__(
        self,
        routes: Cell[Routes | None],
        host: str,
        *,
        hold: float,
        wait_for_install: bool = True,
    ) -> None:
        self.preview: Preview | None = None
        self._routes = routes
        self._host = host
        self._wait_for_install = wait_for_install
        self._deadline = trio.current_time() + hold
        self._pause = FIRST_PAUSE

    async def connect(self) -> trio.SocketStream | None:
        """A connection to the dev server, or None where there is none to be had."""
        while True:
            routes = self._routes.value
            self.preview = pick_preview(self._host, routes)
            if self.preview is None or self.preview.state is PreviewState.FAILED:
                return None
            if self.preview.state is PreviewState.INSTALLING and not self._wait_for_install:
                return None
            if self.preview.state is PreviewState.READY:
                with trio.move_on_after(DIAL):
                    stream = await _dial(self.preview.port)
                    if stream is not None:
                        return stream
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


async def _dial(port: int) -> trio.SocketStream | None:
    connection = trio.socket.socket()
    try:
        await connection.connect(("127.0.0.1", port))
    except OSError:
        connection.close()
        return None
    except BaseException:
        connection.close()
        raise
    return trio.SocketStream(connection)
