"""Moments as our routes tell them, and as they are told to us."""

from __future__ import annotations

from datetime import UTC, datetime

from services.moments import instant


def moment(seconds: float) -> datetime | None:
    """Unix seconds as a moment, but 0 is never."""
    return instant(seconds) if seconds else None


def read_moment(text: str) -> datetime:
    """ISO 8601 as a moment; the beginning of 1970 for a text that somebody else wrote."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return instant(0)
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
