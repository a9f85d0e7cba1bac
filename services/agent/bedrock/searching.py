"""Searches texts for a regular expression that a model made up.

Such an expression may take for ever, and Python's engine lets nobody else work meanwhile. So it
runs in a process of its own, which holds nothing but the texts, ends by itself after some seconds
of work, and is ended when whoever waits for it is cancelled.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import trio

from services.agent.bedrock.tools import Wrong

SECONDS = 5.0
MATCHES = 200
_CHILD = Path(__file__).with_name("search_child.py")


class _Found(msgspec.Struct):
    """Lines as (path, number, line), and whether there are more."""

    lines: list[tuple[str, int, str]] = []
    more: bool = False
    error: str = ""


async def search(texts: Sequence[tuple[str, str]], pattern: str, ignore_case: bool) -> str:
    """The lines that match in these texts, each of which comes with its path.

    Raises `Wrong` for a pattern that is none, or takes too long. Cancelling ends the process.
    """
    task = {"pattern": pattern, "ignore_case": ignore_case, "texts": texts, "most": MATCHES}
    found = None
    with trio.move_on_after(SECONDS):
        done = await trio.run_process(
            (sys.executable, "-I", "-S", str(_CHILD)),
            stdin=msgspec.json.encode(task),
            capture_stdout=True,
            stderr=subprocess.DEVNULL,
            check=False,
            env={},
            deliver_cancel=_kill,
        )
        if done.returncode == 0:
            found = msgspec.json.decode(done.stdout, type=_Found)
    if found is None:
        raise Wrong("The search took too long. Use a simpler pattern, or one folder.")
    if found.error:
        raise Wrong(f"The pattern is no regular expression: {found.error}.")
    lines = [f"{path}:{number}: {line}" for path, number, line in found.lines]
    if found.more:
        lines.append("(There are more: search one folder, or for something rarer.)")
    return "\n".join(lines) or "(Nothing was found.)"


async def _kill(process: trio.Process) -> None:
    # It has nothing to put in order, and may have been born with signals blocked.
    process.kill()
