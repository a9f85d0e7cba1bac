"""When a process counts as ready."""

from __future__ import annotations

import re
from collections.abc import AsyncIterable

import trio

from supervisor.output import Line
from supervisor.probe import ProbeFailed, probe, problem
from supervisor.spec import Ready


def unreadable(ready: Ready) -> str | None:
    """Why nothing could ever be ready in this way, or None."""
    ways = [ready.http, ready.tcp, ready.log, ready.delay]
    if sum(way is not None for way in ways) != 1:
        return "set exactly one of http, tcp, log, delay"
    if ready.log is not None:
        try:
            re.compile(ready.log)
        except re.error as error:
            return f"log is not a regular expression: {error}"
    return problem(ready)


async def until_ready(ready: Ready, lines: AsyncIterable[Line]) -> None:
    """Wait until it is so; for ever, if it never is: the runner's start timeout ends it.

    A probe that hangs is such a wait too: a server that accepts and never answers is not ready.
    """
    if ready.delay is not None:
        await trio.sleep(ready.delay)
    elif ready.log is not None:
        await _until_line(re.compile(ready.log), lines)
    else:
        await _until_answer(ready)


async def _until_line(pattern: re.Pattern[str], lines: AsyncIterable[Line]) -> None:
    async for line in lines:
        if pattern.search(line.text):
            return


async def _until_answer(ready: Ready) -> None:
    while True:
        try:
            await probe(ready)
        except ProbeFailed:
            await trio.sleep(ready.every)
        else:
            return
