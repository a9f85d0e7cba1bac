"""The Claude Code CLI as the SDK's transport: lines of JSON over the pipes of a program of ours.

The SDK's own transport would start the CLI in our session, with all of our environment, and leave
what it started behind.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import AsyncIterator
from typing import Any, cast

import trio
from claude_agent_sdk import CLIConnectionError, Transport

from supervisor.context import Running
from supervisor.desk import Refused

LONGEST = 32 * 1024 * 1024  # bytes of a line; an image that was read is one


class CliTransport(Transport, AsyncIterator[dict[str, Any]]):
    """Over a CLI that runs; who started it ends it.

    Reading ends when its stdout does, which is an error before `finish`. `spent` is what the last
    result says of each model since the one before it; the SDK drops that.
    """

    def __init__(self, cli: Running) -> None:
        self._cli = cli
        self._finished = False
        self.spent: dict[str, dict[str, Any]] | None = None
        self._lines = Lines()
        self._waiting: deque[dict[str, Any]] = deque()

    async def connect(self) -> None:
        await trio.lowlevel.checkpoint()

    async def write(self, data: str) -> None:
        try:
            await self._cli.write(data.encode())
        except Refused as error:
            raise CLIConnectionError(str(error)) from None

    def read_messages(self) -> AsyncIterator[dict[str, Any]]:
        # No generator: the SDK leaves it before its end where it is cancelled.
        return self

    def __aiter__(self) -> AsyncIterator[dict[str, Any]]:
        return self

    async def __anext__(self) -> dict[str, Any]:
        while not self._waiting:
            try:
                chunk = await anext(self._cli.stdout)
            except trio.ClosedResourceError:
                raise StopAsyncIteration from None
            except StopAsyncIteration:
                if self._finished:
                    raise
                # Whoever waits for an answer of it is told.
                raise CLIConnectionError("Claude Code has ended") from None
            self._waiting.extend(self._lines.take(chunk))
        message = self._waiting.popleft()
        if message.get("type") == "result":
            self.spent = message.get("model_usage_since_last_result")
        return message

    def finish(self) -> None:
        """It has said its last word, and may end."""
        self._finished = True
        self._cli.close_stdin()

    async def close(self) -> None:
        await trio.lowlevel.checkpoint()

    def is_ready(self) -> bool:
        return True

    async def end_input(self) -> None:
        await trio.lowlevel.checkpoint()
        self._cli.close_stdin()


class Lines:
    """Chunks of a stream as the messages that they complete, one JSON object a line."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0

    def take(self, chunk: bytes) -> list[dict[str, Any]]:
        """Raises `CLIConnectionError` for a line that is too long or no JSON."""
        self._pieces.append(chunk)
        self._size += len(chunk)
        if self._size > LONGEST:
            raise CLIConnectionError("a message of Claude Code is too long")
        if b"\n" not in chunk:
            return []
        *lines, rest = b"".join(self._pieces).split(b"\n")
        self._pieces, self._size = [rest], len(rest)
        found = (parse(line) for line in lines)
        return [it for it in found if it is not None]


def parse(line: bytes) -> dict[str, Any] | None:
    """A message, or None where a line is none. Raises `CLIConnectionError` for half of one."""
    line = line.strip()
    if not line.startswith(b"{"):
        return None
    try:
        return cast("dict[str, Any]", json.loads(line))
    except (ValueError, RecursionError):
        raise CLIConnectionError("a message of Claude Code is no JSON") from None
