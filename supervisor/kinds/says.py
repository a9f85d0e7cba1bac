"""What a program says of itself during one life: READY=1 and the rest of it, or s6's newline."""

from __future__ import annotations

import os

import trio

from supervisor.child import Child
from supervisor.kinds.life import Teller
from supervisor.kinds.notify import Notice, NotifySocket
from supervisor.kinds.watchdog import Watchdog
from supervisor.readiness import Newline
from supervisor.spec import ProcessSpec


class Says:
    """The ears for it, no more than are asked for, from `open` until `close`."""

    def __init__(self, spec: ProcessSpec, tell: Teller) -> None:
        self._spec = spec
        self._tell = tell
        self._child: Child | None = None
        self._ready = trio.Event()
        self._reloading = False
        self._trouble = ""
        self._on_the_way_out = trio.CancelScope()
        self._watchdog = None if spec.watchdog is None else Watchdog(spec.watchdog)
        self._socket: NotifySocket | None = None
        self.newline: Newline | None = None

    def open(self, owner: tuple[int, int]) -> None:
        """`owner` are the user and group of the program, -1 for ours. Raises `OSError`."""
        ready = self._spec.ready
        if self._watchdog is not None or (ready is not None and ready.notify):
            self._socket = NotifySocket(self._hear, owner)
        if ready is not None and ready.fd is not None:
            self.newline = Newline()

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        if self.newline is not None:
            self.newline.close()

    @property
    def notify_at(self) -> str | None:
        """The path of its notify socket."""
        return None if self._socket is None else self._socket.path

    @property
    def trouble(self) -> str:
        """Its ERRNO, to be added to how it ended."""
        return self._trouble

    async def listen(self, child: Child) -> None:
        """Hear what `child` says on the socket that it was given, until cancelled."""
        assert self._socket is not None
        self._child = child
        await self._socket.listen()

    async def until_ready(self) -> None:
        """Until it has said so."""
        if self.newline is not None:
            await self.newline.until_written()
        else:
            await self._ready.wait()

    def catch_up(self) -> bool:
        """Hear all that it has said until now; whether that it is ready, as it is to say it."""
        if self._socket is not None:
            self._socket.catch_up()
        if self.newline is not None:
            return self.newline.catch_up()
        ready = self._spec.ready
        return ready is not None and ready.notify and self._ready.is_set()

    async def until_silent(self) -> str:
        """Until its watchdog expires, and why; "" when it is on its way out before."""
        assert self._watchdog is not None
        with self._on_the_way_out:
            return await self._watchdog.until_expired(self.catch_up)
        return ""

    def is_on_its_way_out(self) -> None:
        """Nobody demands another sign of life of it."""
        self._on_the_way_out.cancel()

    def _hear(self, notice: Notice) -> None:
        if notice.main is not None and self._child is not None and self._child.follow(notice.main):
            self._tell.tell_pid(notice.main)
        if notice.errno:
            self._trouble = f"; it said: {os.strerror(notice.errno)}"
        if notice.extend is not None:
            self._tell.extend(notice.extend)
        self._note(notice)
        if notice.stopping:
            self.is_on_its_way_out()
        if notice.ready:
            self._ready.set()
        if self._watchdog is not None:
            if notice.silence is not None:
                self._watchdog.allow(notice.silence)
            if notice.watchdog:
                self._watchdog.pet()
            if notice.broken:
                self._watchdog.trigger()

    def _note(self, notice: Notice) -> None:
        """Its STATUS, or what it is doing, until it has done it."""
        if notice.status is not None:
            self._tell.tell_note(notice.status)
        elif notice.stopping:
            self._tell.tell_note("stopping")
        elif notice.reloading:
            self._tell.tell_note("reloading")
        elif notice.ready and self._reloading:
            self._tell.tell_note("")
        self._reloading = notice.reloading and notice.status is None
