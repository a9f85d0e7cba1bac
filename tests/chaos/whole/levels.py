"""What one life of the daemon holds while nothing goes on, and whether that grows."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

# A server of a preview costs its two pipes, what its end is seen by, and a notification socket;
# the last two come and go with readers who are just about to leave.
EACH = 6
SLACK = 6  # descriptors
HEAP = 40.0  # MB: a heap is never twice the same


@dataclass(frozen=True, slots=True)
class Level:
    """`descriptors` by what they lead to; `memory` in MB, without what is mapped from files."""

    life: int
    descriptors: Counter[str]
    servers: int
    threads: int
    memory: float

    def __str__(self) -> str:
        return (
            f"{self.descriptors.total()} descriptors for {self.servers} servers,"
            f" {self.threads} threads, {self.memory:.0f} MB"
        )


def look(pid: int, life: int, servers: int) -> Level:
    status = Path(f"/proc/{pid}/status").read_text()
    return Level(life, descriptors(pid), servers, _number("Threads", status), _mb(status))


def descriptors(pid: int) -> Counter[str]:
    found: Counter[str] = Counter()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = os.readlink(entry)
        except OSError:
            continue
        found[re.sub(r"\[\d+\]$", "", target)] += 1
    return found


def grown(before: Sequence[Level], now: Level) -> Iterator[str]:
    """What `now` holds beyond all that was held before, by a daemon that was at rest as well."""
    most = max(it.descriptors.total() - EACH * it.servers for it in before)
    if now.descriptors.total() > most + EACH * now.servers + SLACK:
        added = dict(now.descriptors - before[-1].descriptors)
        yield f"descriptors: {now}; before {_told(before)}; more than then: {added}"
    if now.threads > max(it.threads for it in before) + SLACK:
        yield f"worker threads: {now}; before {_told(before)}"
    if now.memory > max(it.memory for it in before) + HEAP:
        yield f"memory: {now}; before {_told(before)}"


def _told(before: Sequence[Level]) -> str:
    return ", ".join(map(str, before))


def _number(name: str, status: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+)", status, re.MULTILINE)
    assert found is not None
    return int(found[1])


def _mb(status: str) -> float:
    return _number("RssAnon", status) / 1024
