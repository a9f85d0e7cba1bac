"""Moments as our routes tell them: in UTC, to the millisecond."""

from __future__ import annotations

from datetime import UTC, datetime

_LATEST = 253_402_300_799  # Unix seconds: what a calendar has; commits may say anything


def instant(seconds: float) -> datetime:
    """Unix seconds as a moment."""
    return datetime.fromtimestamp(round(min(max(seconds, 0), _LATEST), 3), UTC)


def moment(seconds: float) -> datetime | None:
    """The same, but 0 is never."""
    return instant(seconds) if seconds else None


def read_moment(text: str) -> datetime:
    """ISO 8601 as a moment; the beginning of 1970 for a text that somebody else wrote."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return instant(0)
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
