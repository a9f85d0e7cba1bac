"""The route for what turns cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from quart import Blueprint, request

from services.api.asking import Asking
from services.api.errors import Problem
from services.api.schema import thread_key
from services.api.turn_replies import used
from services.messages import ReadUsage, Usage, UsageEntry

ANY = "any"  # a threadId where none is meant


def usage_routes(asking: Asking) -> Blueprint:
    routes = Blueprint("usage", __name__)

    @routes.get("/v1/usage/<client>/<user>")
    async def usage(client: str, user: str) -> dict[str, Any]:
        """From one day to another, both included, in UTC."""
        key = thread_key(client, user, ANY)
        since, until = day("since"), day("until")
        if since and until and since > until:
            raise Problem(400, "cannot use ?since= after ?until=: exchange them")
        wanted = ReadUsage(key.client, key.user, since, until)
        return {"success": True, **summed(await asking.ask("agent", wanted))}

    return routes


def day(name: str) -> str | None:
    """A day of the query as `2026-01-31`."""
    given = request.args.get(name)
    if given is None:
        return None
    try:
        # More forms of ISO 8601 are read than that one, in which days can be compared.
        if date.fromisoformat(given).isoformat() == given:
            return given
    except ValueError:
        pass
    raise Problem(400, f"cannot use ?{name}=: it is a day as 2026-01-31")


def summed(entries: tuple[UsageEntry, ...]) -> dict[str, Any]:
    """The entries, and what they come to: together, and for each day, thread and model."""
    return {
        "total": _total(entries),
        "days": _by("day", lambda entry: entry.day, entries),
        "threads": _by("threadId", lambda entry: entry.thread, entries),
        "models": _by("model", lambda entry: entry.usage.model, entries),
        "entries": [_entry(entry) for entry in entries],
    }


def _by(
    name: str, of: Callable[[UsageEntry], str], entries: Iterable[UsageEntry]
) -> list[dict[str, Any]]:
    groups: defaultdict[str, list[UsageEntry]] = defaultdict(list)
    for entry in entries:
        groups[of(entry)].append(entry)
    return [{name: what, **_total(group)} for what, group in sorted(groups.items())]


def _total(entries: Iterable[UsageEntry]) -> dict[str, Any]:
    entries = tuple(entries)
    total = used(sum((entry.usage for entry in entries), Usage()))
    del total["model"]
    seconds = round(sum(entry.seconds for entry in entries), 3)
    turns = len({(entry.thread, entry.turn) for entry in entries})
    return {"turns": turns, **total, "seconds": seconds}


def _entry(entry: UsageEntry) -> dict[str, Any]:
    return {
        "day": entry.day,
        "threadId": entry.thread,
        "turnId": entry.turn,
        "backend": entry.backend,
        **used(entry.usage),
        "seconds": round(entry.seconds, 3),
    }
