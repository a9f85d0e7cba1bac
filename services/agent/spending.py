"""What a user's turns used, day by day: a file for each, a line for each turn and what it adds.

A turn's lines carry its sum so far: the last one counts, so that writing one twice changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec

from services.messages import UsageEntry
from services.nonsense import NONSENSE
from supervisor.desk import Invalid

LONGEST = 366  # days in one answer

_entries = msgspec.json.Decoder(UsageEntry)


class Spending:
    """Of one user, in `folder`. Synchronous: use a thread. Raises `OSError`."""

    def __init__(self, folder: Path, now: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._now = now

    def today(self) -> str:
        return datetime.fromtimestamp(self._now(), UTC).date().isoformat()

    def note(self, entry: UsageEntry) -> None:
        """Remember a turn's sum so far."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with open(self._file(entry.day), "ab", buffering=0) as file:
            # A line of its own, also after one that a full disk or a crash has torn.
            file.write(b"\n" + msgspec.json.encode(entry) + b"\n")

    def spent(self, day: str) -> float:
        """What was spent on a day, in US dollars."""
        return sum(entry.usage.cost for entry in self._read(day))

    def between(self, since: str | None, until: str | None) -> tuple[UsageEntry, ...]:
        """The entries of those days, both included; today's without. Raises `Invalid`."""
        first, last = (_day(text or self.today()) for text in (since or until, until))
        if (last - first).days not in range(LONGEST):
            raise Invalid(
                f"cannot list usage from {first} to {last}: the days go on in order, {LONGEST}"
                " at most"
            )
        days = ((first + timedelta(n)).isoformat() for n in range((last - first).days + 1))
        return tuple(entry for day in days for entry in self._read(day))

    def _file(self, day: str) -> Path:
        return self._folder / f"{day}.jsonl"

    def _read(self, day: str) -> list[UsageEntry]:
        try:
            content = self._file(day).read_bytes()
        except FileNotFoundError:
            return []
        found: dict[tuple[str, str], UsageEntry] = {}
        for line in content.splitlines():
            try:
                entry = _entries.decode(line)
            except NONSENSE:
                continue  # a torn line, or a later version's
            found[entry.thread, entry.turn] = entry
        return list(found.values())


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"cannot use the day {text!r}: write it like 2026-01-31") from error
