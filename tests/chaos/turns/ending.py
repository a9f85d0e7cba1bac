"""What must be true at the end of a run: what the API says, and what is left when all is over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import trio

from tests.chaos.turns.conversation import Conversation
from tests.chaos.turns.http import Away
from tests.chaos.turns.journals import unreadable
from tests.chaos.turns.processes import clis
from tests.chaos.turns.tally import Tally


async def told_truly(it: Conversation, tally: Tally) -> list[str]:
    """Whether the API tells of a thread's turns and events what its journal does."""
    wrong: list[str] = []
    lines = it.journal().lines
    await it.hearing.until(lambda: len(it.hearing.lines) >= len(lines))
    if it.hearing.lines[: len(lines)] != lines:
        wrong.append(f"{it.thread} was heard otherwise than its journal has it")
    if await _replayed(it, len(lines)) != lines:
        wrong.append(f"{it.thread} is replayed otherwise than its journal has it")
    listed = await it.asking.listed()
    if listed.keys() != it.turns.keys():
        wrong.append(f"{it.thread} had {list(it.turns)}, and lists {list(listed)}")
        return wrong
    head = it.branch.lines(it.branch.commits()[-1].hash)
    for turn, info in listed.items():
        adds = it.turns[turn].adds
        is_there = any(line in head for line in adds.items())
        if info["state"] == "committed" and info["files"] != sorted(adds):
            wrong.append(f"{turn} says that it changed {info['files']}, and not {sorted(adds)}")
        if info["commit"] and info["undone"] == is_there:
            wrong.append(f"{turn} is undone: {info['undone']}, and its lines are there: {is_there}")
        tally.ends[info["state"]] += 1
    return wrong


async def _replayed(it: Conversation, count: int) -> list[bytes]:
    while True:
        try:
            return await it.hearing.replayed(count)
        except Away:
            await trio.sleep(0.02)


def leavings(folder: Path, home: Path) -> Iterator[str]:
    """What a turn, or who carries it out, leaves behind that is killed."""
    histories = home / ".claude" / "threads"
    left = (
        *clis(folder),
        *home.rglob("*.lock"),
        *histories.glob("*.busy"),
        *(folder / "tmp").iterdir(),
    )
    yield from (f"{it} is left" for it in left)
    for path in (home / ".claude" / "usage").glob("*.jsonl"):
        yield from unreadable(path)
