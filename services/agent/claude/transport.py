"""The Claude Code CLI as the SDK's transport: lines of JSON over the pipes of a program of ours.

The SDK's own transport would start the CLI in our session, with all of our environment, and leave
what it started behind.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any, cast

import trio
from claude_agent_sdk import CLIConnectionError, Transport

from supervisor.context import Running
from supervisor.desk import Refused

LONGEST = 32 * 1024 * 1024  # bytes of a line; an image that was read is one


class CliTransport(Transport):
    """Over a CLI that runs; who started it ends it.

    Reading ends when its stdout does, which is an error before `finish`.
    """

    def __init__(self, cli: Running) -> None:
        self._cli = cli
        self._finished = False

    async def connect(self) -> None:
        await trio.lowlevel.checkpoint()

    async def write(self, data: str) -> None:
        try:
            await self._cli.write(data.encode())
        except Refused as error:
            raise CLIConnectionError(str(error)) from None

    async def read_messages(self) -> AsyncIterator[dict[str, Any]]:
        rest = bytearray()
        try:
            async for chunk in self._cli.stdout:
                rest += chunk
                if b"\n" in chunk:
                    *lines, tail = bytes(rest).split(b"\n")
                    rest = bytearray(tail)
                    for line in lines:
                        if (message := parse(line)) is not None:
                            yield message
                if len(rest) > LONGEST:
                    raise CLIConnectionError("a message of Claude Code is too long")
        except trio.ClosedResourceError:
            return
        if not self._finished:  # whoever waits for an answer of it is told
            raise CLIConnectionError("Claude Code has ended")

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


def parse(line: bytes) -> dict[str, Any] | None:
    """A message, or None where a line is none. Raises `CLIConnectionError` for half of one."""
    line = line.strip()
    if not line.startswith(b"{"):
        return None
    try:
        return cast("dict[str, Any]", json.loads(line))
    except ValueError:
        raise CLIConnectionError("a message of Claude Code is no JSON") from None
