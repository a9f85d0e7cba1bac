"""One connection: what its client asks for, one after the other, until either has enough."""

from __future__ import annotations

import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from time import time
from typing import Any

import structlog
import trio
from hypercorn.typing import ASGIFramework
from trio.lowlevel import Abort, Task, current_task, reschedule, wait_task_rescheduled

from services.api.server import answer
from services.api.server.exchange import Exchange
from services.api.server.patience import Patience
from services.api.server.requests import Beyond, Requests
from services.api.server.sending import send
from services.http11.head import BadHead

log = structlog.get_logger()

READ = 64 * 1024
LINGER = 2.0  # seconds in which a client that still sends may read why it should not
LINGER_READS = 64
STOPPING = "the server is stopping; send it again when it is back"
NO_LINGER = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Behind:
    """What all connections share; `hand_over` has hypercorn serve a request that began so."""

    app: ASGIFramework
    patience: Patience
    dates: answer.Dates
    hand_over: Callable[[socket.socket, bytes], Awaitable[None]]


class Connection:
    """Two tasks: one reads, and thereby notices who hangs up; the other serves.

    A request that has come whole is served without any further task, channel or timer. What is
    `Beyond` ends the two, and goes to hypercorn.
    """

    def __init__(self, sock: socket.socket, behind: Behind) -> None:
        self._sock = sock
        self._behind = behind
        self._patience = behind.patience
        self._requests = Requests(behind.patience)
        self._client: tuple[str, int] = sock.getpeername()[:2]
        self._here: tuple[str, int] = sock.getsockname()[:2]
        self._memory: dict[Any, Any] = {}
        self._exchange: Exchange | None = None
        self._worker: Task | None = None  # while it waits for a request
        self._works = False
        self._room = trio.Event()
        self._refused: BadHead | None = None
        self._is_beyond = False
        self._stopped = False
        self._until = trio.current_time() + behind.patience.idle
        self._timer = trio.CancelScope()
        self._nursery: trio.Nursery | None = None

    async def serve(self) -> None:
        """Until it is closed. Raises nothing that a client could bring about."""
        try:
            async with trio.open_nursery() as self._nursery:
                await self._watch()
                self._nursery.cancel_scope.cancel()
            if self._is_beyond:
                await self._behind.hand_over(self._sock, bytes(self._requests.buffer))
            elif self._refused is not None:
                await self._refuse(self._refused)
        finally:
            self._sock.close()

    def stop(self, within: float) -> None:
        """End it now if nothing is asked, else after the answer.

        What has begun to come may come whole `within` so many seconds, and is told else.
        """
        self._stopped = True
        if self._exchange is not None:
            self._exchange.keeps = False
        elif self._requests.waiting:
            self._until = min(self._until, trio.current_time() + within)
            self._timer.deadline = min(self._timer.deadline, self._until)
        else:
            self._end()

    def _end(self) -> None:
        if self._nursery is not None:
            self._nursery.cancel_scope.cancel()

    async def _watch(self) -> None:
        """Read until the end, or until the client has taken too long.

        The timer may ring early, and is then set anew: it is not touched for each request.
        """
        while True:
            now = trio.current_time()
            ring = self._until if self._exchange is None else now + self._patience.idle
            with trio.CancelScope(deadline=ring) as self._timer:
                await self._read()
                return
            if self._exchange is None and trio.current_time() >= self._until:
                if self._requests.waiting:
                    self._refused = self._too_slow()
                return

    def _too_slow(self) -> BadHead:
        if self._stopped:
            return BadHead(503, STOPPING)
        seconds = self._patience.head
        return BadHead(408, f"the request did not come whole within {seconds:g} seconds")

    async def _read(self) -> None:
        sock, requests = self._sock, self._requests
        while True:
            if self._exchange is not None and len(requests.buffer) >= self._patience.ahead:
                self._room = trio.Event()
                await self._room.wait()
            await trio.lowlevel.wait_readable(sock)
            try:
                data = sock.recv(READ)
            except BlockingIOError:
                continue
            except OSError:
                return
            if not data:
                return
            if self._exchange is None and not requests.waiting:
                self._until = trio.current_time() + self._patience.head
            requests.buffer += data
            if self._exchange is None and not self._take():
                return

    def _take(self) -> bool:
        """Have the next request served, if it is here; False where the connection is to end."""
        try:
            request = self._requests.take()
        except BadHead as refused:
            self._refused = refused
            return False
        except Beyond:
            self._is_beyond = True
            return False
        if request is None:
            self._timer.deadline = min(self._timer.deadline, self._until)
            return True
        date = self._behind.dates.line(time())
        self._exchange = Exchange(request.head, request.body, self._write, date)
        if self._stopped:
            self._exchange.keeps = False
        if self._worker is not None:
            worker, self._worker = self._worker, None
            reschedule(worker)
        elif not self._works:
            self._works = True
            assert self._nursery is not None
            self._nursery.start_soon(self._work)
        return True

    async def _work(self) -> None:
        while True:
            if self._exchange is None:
                self._worker = current_task()
                await wait_task_rescheduled(self._stop_waiting)
                continue
            if not await self._answer(self._exchange):
                break
            patience = self._patience
            waiting = self._requests.waiting
            self._until = trio.current_time() + (patience.head if waiting else patience.idle)
            if waiting:
                if not self._take():
                    break
                self._room.set()
                await trio.lowlevel.checkpoint()  # who asks ahead is not served alone
        self._end()

    def _stop_waiting(self, _raise: Callable[[], None]) -> Abort:
        self._worker = None
        return Abort.SUCCEEDED

    async def _answer(self, exchange: Exchange) -> bool:
        """Whether the connection goes on."""
        scope = exchange.scope(self._client, self._here, self._memory)
        try:
            await self._behind.app(scope, exchange.receive, exchange.send)
        except Exception:
            log.exception("request failed", path=scope["path"])
        finally:
            self._exchange = None
        if not exchange.sent:
            await self._write(self._problem(500, "cannot do this: see the log of the server"))
            return False
        return exchange.done and exchange.keeps

    async def _write(self, data: bytes) -> None:
        """All of it. Who is gone, or takes nothing any more, has the request cancelled."""
        with suppress(OSError):
            await send(self._sock, data, self._patience.stall)
            return
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        self._end()
        await trio.lowlevel.checkpoint()
        raise trio.BrokenResourceError

    def _problem(self, status: int, text: str) -> bytes:
        return answer.problem(status, text, self._behind.dates.line(time()))

    async def _refuse(self, refused: BadHead) -> None:
        """Say why, and let it be read: closing with something unread takes the answer back."""
        with trio.move_on_after(LINGER), suppress(OSError):
            self._sock.send(self._problem(refused.status, str(refused)))
            self._sock.shutdown(socket.SHUT_WR)
            for _ in range(LINGER_READS):
                await trio.lowlevel.wait_readable(self._sock)
                if not self._sock.recv(READ):
                    break
