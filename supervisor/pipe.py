"""A pipe that a child writes into, read as seldom and as much at once as its flow allows."""

from __future__ import annotations

import fcntl
import math
import os
from collections.abc import Iterator
from contextlib import suppress

import trio

# Bytes read at once: enough to be fast, few enough for others to have their turn; and the fewest.
CHUNK = 512 * 1024
LEAST = 4 * 1024
# The same in lines, of which a chunk of the least bytes may hold more.
LINES = 4000
# A pipe with so many bytes in it is made to hold `LARGE`, where that is allowed. It need not look
# full: what is written at once may leave a part of its last page empty.
FULL = 16 * 1024
LARGE = 1024 * 1024
# From so many bytes on, a large one is read again without a lull.
MUCH = 32 * 1024
# As many bytes glibc is shown as may be made of what comes at once: it keeps twice what it has seen
# freed, and otherwise fetches each chunk's pages from the kernel anew.
SHOWN = 4 * 1024 * 1024
# So many seconds a flood of small pieces is let alone, to be read in large ones.
LULL = 0.001


class Pipe:
    """The end that is read; whoever made it closes it."""

    def __init__(self, source: int) -> None:
        os.set_blocking(source, False)
        self._source = source
        self._much = FULL
        self._watched = False
        self._flooding = False
        self._full = False
        self.size = LEAST

    async def ready(self, patience: float = math.inf) -> bool:
        """Wait until it is worth reading; whether that was so within `patience` seconds.

        Nobody waits for a pipe that was found with much in it: it will have more. To be waited for
        would cost its writer a look at each write, and he may write millions of lines.
        """
        if not self._flooding:
            self._watched = True
            if patience == math.inf:  # most wait like this, and for ever
                await trio.lowlevel.wait_readable(self._source)
                return True
            with trio.move_on_after(patience) as waiting:
                await trio.lowlevel.wait_readable(self._source)
            return not waiting.cancelled_caught
        if self._watched:
            self._watched = False
            trio.lowlevel.notify_closing(self._source)  # takes it out of epoll, nothing else
        if self._full:
            await trio.lowlevel.checkpoint()
        else:
            await trio.sleep(LULL)
        return True

    def read(self) -> bytes | None:
        """What is there, which may be nothing; None at the end."""
        try:
            data = os.read(self._source, self.size)
        except BlockingIOError:
            self._judge(0)
            return b""
        self._judge(len(data))
        return data or None

    def rest(self) -> Iterator[bytes]:
        """What is there already, as much as a pipe holds: who goes on writing is not waited for."""
        left = LARGE
        with suppress(BlockingIOError):
            while left > 0 and (data := os.read(self._source, min(left, self.size))):
                left -= len(data)
                yield data

    def adapt(self, size: int, lines: int) -> None:
        """Read as much next time as holds `LINES` if it is like this."""
        if size:
            self.size = min(CHUNK, max(LEAST, LINES * size // (lines + 1)))

    def _judge(self, count: int) -> None:
        """What so many bytes say of the flow: few are no end of it until it had a lull to grow."""
        self._flooding = count >= LEAST or self._full
        self._full = count >= min(self.size, self._much)
        if count >= self._much < MUCH:
            self._enlarge()

    def _enlarge(self) -> None:
        with suppress(OSError):  # more than one user may have
            fcntl.fcntl(self._source, fcntl.F_SETPIPE_SZ, LARGE)
            self._much = MUCH
        bytes(SHOWN)
