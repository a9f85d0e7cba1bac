"""A thread's journal as it is on disk, read without a word of the service's own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Event = Mapping[str, Any]
ENDS = ("committed", "cancelled", "failed", "interrupted")
# What may still become of a turn after its end.
AFTER = tuple(
    f"turn.{what}" for what in ("settling", "settled", "undoing", "undone", "redone", "given_up")
)


@dataclass(slots=True)
class Told:
    """What a journal says of one turn. `changed` are the files that it told to have changed; with
    `failed` tools it may have done a part, and what it does about that is the model's affair.
    """

    turn: str
    key: str | None = None
    queued: list[Event] = field(default_factory=list[Event])
    started: list[Event] = field(default_factory=list[Event])
    finished: list[Event] = field(default_factory=list[Event])
    commits: list[str] = field(default_factory=list[str])
    kept: list[str] = field(default_factory=list[str])
    changed: list[str] = field(default_factory=list[str])
    leftovers: list[str] = field(default_factory=list[str])
    failed: int = 0

    @property
    def state(self) -> str:
        return self.finished[-1]["state"] if self.finished else "unfinished"

    @property
    def saved(self) -> str | None:
        return self.finished[-1].get("saved") if self.finished else None

    @property
    def made(self) -> list[str]:
        """Every commit that it is said to have."""
        return [*self.commits, *self.kept]

    @property
    def is_offered(self) -> bool:
        return bool(self.finished) and (
            self.finished[-1].get("leftover") == "offered" and not self.leftovers
        )


class Journal:
    """`wrong` is what is wrong with the file itself. `torn` is what a kill left of a line.

    `operations` have begun and are not told to have ended, `done` those that undid or redid.
    """

    def __init__(self, content: bytes) -> None:
        *lines, self.torn = content.split(b"\n")
        self.wrong: list[str] = []
        self.lines: list[bytes] = lines
        self.events: list[Event] = []
        for number, line in enumerate(lines, 1):
            try:
                event = json.loads(line)
            except ValueError:
                self.wrong.append(f"line {number} is no JSON: {line[:80]!r}")
                continue
            if event.get("id") != number:
                self.wrong.append(f"line {number} has the id {event.get('id')}")
            self.events.append(event)
        self.turns: dict[str, Told] = {}
        self.operations: dict[str, Event] = {}
        self.done: dict[str, Event] = {}
        for event in self.events:
            self._take(event)

    @classmethod
    def read(cls, path: Path) -> Journal:
        return cls(path.read_bytes() if path.exists() else b"")

    def keyed(self, key: str) -> list[Told]:
        return [told for told in self.turns.values() if told.key == key]

    def _take(self, event: Event) -> None:
        if "turn" not in event:
            return
        told = self.turns.setdefault(event["turn"], Told(event["turn"]))
        kind = event["type"]
        if told.finished and kind not in AFTER:
            self.wrong.append(f"{event['id']}: {kind} of {told.turn} after its end")
        if not told.queued and kind != "turn.queued":
            self.wrong.append(f"{event['id']}: {kind} of {told.turn}, which was never queued")
        match kind:
            case "turn.queued":
                told.queued.append(event)
                told.key = event["idempotency_key"]
            case "turn.started":
                told.started.append(event)
            case "turn.finished":
                told.finished.append(event)
            case "tool.finished":
                told.failed += not event["ok"]
            case "file.changed":
                told.changed.append(event["path"])
            case "commit":
                told.commits.append(event["hash"])
            case "turn.settling" | "turn.undoing":
                self.operations[event["operation"]] = event
            case "turn.settled":
                self.operations.pop(event.get("operation", ""), None)
                told.leftovers.append(event["leftover"] or "nothing")
                if event.get("hash"):
                    told.kept.append(event["hash"])
            case "turn.given_up":
                self.operations.pop(event["operation"])
            case "turn.undone" | "turn.redone":
                self.operations.pop(event["operation"])
                self.done[event["operation"]] = event
            case _:
                pass

    def misshapen(self) -> Iterator[str]:
        """Turns that did anything twice, or in another order than turns have."""
        for it in self.turns.values():
            counts = {
                "queued": len(it.queued),
                "started": len(it.started),
                "finished": len(it.finished),
                "commit": len(it.made),
                "settled": len(it.leftovers),
            }
            for kind, count in counts.items():
                if count > 1:
                    yield f"{it.turn} has {kind} {count} times"
            if it.finished and it.state not in ENDS:
                yield f"{it.turn} ended as {it.state}"
            if it.commits and it.finished and it.state != "committed":
                yield f"{it.turn} has a commit, and ended as {it.state}"
            if it.saved is not None and not it.finished[-1].get("leftover"):
                yield f"{it.turn} saved {it.saved}, and does not say what for"
            if it.started and it.finished and it.started[0]["id"] > it.finished[0]["id"]:
                yield f"{it.turn} ended before it began"


def unreadable(path: Path) -> list[str]:
    """Lines of a file that are no JSON; empty ones are none."""
    found: list[str] = []
    for line in filter(None, path.read_bytes().splitlines()):
        try:
            json.loads(line)
        except ValueError:
            found.append(f"{path}: {line[:80]!r} is no JSON")
    return found
