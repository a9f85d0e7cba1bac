"""Moments as others are told them: in UTC, to the millisecond."""

from __future__ import annotations

from datetime import UTC, datetime

_LATEST = 253_402_300_799  # Unix seconds: what a calendar has; commits and disks may say anything


def instant(seconds: float) -> datetime:
    """Unix seconds as a moment; the nearest that there is, from the beginning of 1970 on."""
    return datetime.fromtimestamp(round(min(max(seconds, 0), _LATEST), 3), UTC)
