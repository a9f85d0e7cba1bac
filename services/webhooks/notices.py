"""What is told of threads, and of the end of the container. Pure."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from services.messages import Blocked, Ending, ThreadEvent, TurnInfo
from services.moments import instant
from services.posting.notice import Notice


class _Line(Struct):
    """What is wanted of a line of a journal."""

    time: float
    turn: str | None = None
    state: str | None = None
    reason: str | None = None
    error: Any = None


_lines = msgspec.json.Decoder(_Line)


def line_of(event: ThreadEvent) -> _Line:
    """What the journal says of an event."""
    return _lines.decode(event.event.data)


def of_turn(event: ThreadEvent, turn: TurnInfo | None) -> Notice:
    """A turn that has ended, with what is known of it beyond the event itself."""
    line = line_of(event)
    told: dict[str, Any] = {
        "id": line.turn,
        "state": line.state,
        "error": line.error,
        "reason": line.reason,
    }
    if turn is not None:
        told |= {
            "instruction": turn.instruction,
            "mode": turn.mode,
            "backend": turn.backend,
            "commit": turn.commit,
            "files": turn.files,
            "usage": {_camel(name): value for name, value in asdict(turn.usage).items()},
        }
    return _of(event, line.time, {"turn": told})


def of_error(event: ThreadEvent) -> Notice | None:
    """A page that cannot be shown; None where the news is that it can be."""
    line = line_of(event)
    return _of(event, line.time, {"error": line.error}) if line.error is not None else None


def of_ending(ending: Ending, now: float, run: str) -> Notice:
    """The container ends because nobody used it."""
    data = {"reason": ending.reason, "since": instant(ending.since)}
    return Notice(f"stop_{run}", "idle.stop", now, data)


def of_block(blocked: Blocked, now: float, run: str) -> Notice:
    """Nobody uses the container, and it cannot end."""
    data = {"reason": blocked.reason, "since": instant(blocked.since)}
    return Notice(f"blocked_{run}_{blocked.since:.0f}", "idle.blocked", now, data)


def of_try(id: str, now: float) -> Notice:
    """What a person sends to see whether it arrives."""
    return Notice(id, "test", now, {})


def _of(event: ThreadEvent, time: float, data: dict[str, Any]) -> Notice:
    key = event.key
    ids = {"clientId": key.client, "userId": key.user, "threadId": key.thread}
    return Notice(f"msg_{event.stamp}", event.event.type, time, ids | data)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)
