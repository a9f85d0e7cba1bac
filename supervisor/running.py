"""A program that a task runs for itself: in a session of its own, and gone with all it started."""

from __future__ import annotations

import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import trio

from supervisor.child import Child
from supervisor.pipe import Pipe
from supervisor.spawn import Program, spawn


class Chunks:
    """What a program writes to one of its pipes, in pieces as they come; it ends with the pipe.

    Whoever is reading when the program's block is left gets `trio.ClosedResourceError`.
    """

    def __init__(self, source: int) -> None:
        self._source = source
        self._pipe = Pipe(source)
        self._closed = False

    def __aiter__(self) -> Chunks:
        return self

    async def __anext__(self) -> bytes:
        while True:
            self._check()
            await self._pipe.ready()
            self._check()
            data = self._pipe.read()
            if data is None:
                raise StopAsyncIteration
            if data:
                return data

    def _check(self) -> None:
        if self._closed:
            raise trio.ClosedResourceError

    def close(self) -> None:
        """Wake whoever reads; the descriptor is its owner's to close."""
        self._closed = True
        trio.lowlevel.notify_closing(self._source)


class Running:
    """A program while it runs. Its pipes are to be read, or it is held up when they are full.

    What it started and let go may hold them open: whoever reads to their end has `wait` waited for
    beside it.
    """

    def __init__(self, child: Child) -> None:
        self._child = child
        self._gone = False
        (out, _), (err, _) = child.outputs
        self.stdout = Chunks(out)
        self.stderr = Chunks(err)

    @property
    def pid(self) -> int:
        return self._child.pid

    async def write(self, data: bytes) -> None:
        """Write all of it to its stdin; raises `Refused` where that is closed.

        It waits while the pipe is full. When cancelled, a part of it may have been written.
        """
        await self._child.write(data)

    def close_stdin(self) -> None:
        """Let its stdin end. Whoever is writing gets `Refused`."""
        self._child.close_stdin()

    async def wait(self) -> int:
        """Wait until it has ended, and until nothing is left of what it started.

        The exit code is as `Popen.returncode` has it. One task at a time may wait.
        """
        if not self._gone:
            await self._child.until_ended()
            await self._clear_away()
        return self._child.code

    async def end(self, grace: float) -> None:
        """Ask it to end, by the end of its stdin and SIGTERM, and kill it `grace` seconds later.

        Returns when nothing of it is left. To be called shielded.
        """
        if self._gone:
            return
        self.close_stdin()
        self._child.ask_to_end(signal.SIGTERM)
        with trio.move_on_after(grace):
            await self.wait()
        if not self._gone:
            await self._clear_away()

    async def _clear_away(self) -> None:
        with trio.CancelScope(shield=True):
            await self._child.clear_away()
        self._gone = True


@asynccontextmanager
async def running(program: Program, marker: str, grace: float) -> AsyncGenerator[Running]:
    """Run a program for as long as the block lasts; raises `OSError` where it cannot be started.

    `marker` is nobody else's. Leaving the block, also by a cancellation, ends the program as
    `Running.end` does: that is shielded, and takes `grace` seconds at most and the time to kill.
    """
    child = spawn(program, marker)
    async with child:
        it = Running(child)
        try:
            await child.until_launched()
            yield it
        finally:
            with trio.CancelScope(shield=True):
                await it.end(grace)
            it.stdout.close()
            it.stderr.close()
