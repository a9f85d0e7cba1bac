"""When a process counts as ready."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterable, Awaitable, Callable

import trio

from supervisor.output import Line
from supervisor.probe import ProbeFailed, probe, problem
from supervisor.spawn import Program
from supervisor.spec import TARGETS, WAYS, Ready


def unreadable(ready: Ready) -> str | None:
    """Why nothing could ever be ready in this way, or None."""
    chosen = [
        way for way in WAYS if not (getattr(ready, way) is None or getattr(ready, way) is False)
    ]
    if len(chosen) != 1:
        return f"set exactly one of {', '.join(WAYS)}"
    if ready.log is not None:
        try:
            re.compile(ready.log)
        except (re.error, OverflowError, RecursionError) as error:  # too many, or too deep
            return f"log is not a regular expression: {error}"
    return problem(ready) if chosen[0] in TARGETS else None


async def until_ready(
    ready: Ready,
    lines: AsyncIterable[Line] | None = None,
    says_so: Callable[[], Awaitable[None]] = trio.sleep_forever,
    like: Program | None = None,
) -> None:
    """Wait until it is so; for ever, if it never is: the runner's start timeout ends it.

    `lines` are those that it writes, for one that is ready with one of them. `says_so` waits until
    it says so itself, by `notify` or `fd`; `like` is the program itself, as `probe` has it. A probe
    that hangs is such a wait too: a server that accepts and never answers is not ready.
    """
    if ready.delay is not None:
        await trio.sleep(ready.delay)
    elif ready.log is not None:
        assert lines is not None
        await _until_line(re.compile(ready.log), lines)
    elif ready.notify or ready.fd is not None:
        await says_so()
    else:
        await _until_answer(ready, like)


class Newline:
    """The pipe of s6's notification: whoever is ready writes a newline to `writer`.

    `writer` is the child's: `close_writer` once the child has it.
    """

    def __init__(self) -> None:
        self._reader, self.writer = os.pipe()
        self._holds_writer = True
        os.set_blocking(self._reader, False)
        self._ended = False
        self._written = False

    def close_writer(self) -> None:
        if self._holds_writer:
            self._holds_writer = False
            os.close(self.writer)

    def close(self) -> None:
        self.close_writer()
        os.close(self._reader)

    def catch_up(self) -> bool:
        """Whether it has been written until now."""
        try:
            while not self._written and not self._ended:
                data = os.read(self._reader, 4096)
                self._written, self._ended = b"\n" in data, not data
        except BlockingIOError:
            pass
        return self._written

    async def until_written(self) -> None:
        """For ever, if the pipe is closed without a newline."""
        while not self.catch_up():
            if self._ended:
                await trio.sleep_forever()
            await trio.lowlevel.wait_readable(self._reader)


async def _until_line(pattern: re.Pattern[str], lines: AsyncIterable[Line]) -> None:
    async for line in lines:
        if pattern.search(line.text):
            return


async def _until_answer(ready: Ready, like: Program | None) -> None:
    while True:
        try:
            await probe(ready, like)
        except ProbeFailed:
            await trio.sleep(ready.every)
        else:
            return
