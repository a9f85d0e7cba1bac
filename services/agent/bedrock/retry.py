"""When a model that did not answer is asked again."""

from __future__ import annotations

from services.aws import Failed

FIRST = 1.0
LONGEST = 30.0
"""Seconds, between one attempt and the next."""

PATIENCE = 120.0
"""Seconds; told to wait longer, the turn fails, since a person sits there."""


def pause(failed: Failed, attempt: int, attempts: int, luck: float) -> float | None:
    """Seconds to wait after the failed attempt with that number, from 1; None to give up.

    `luck`, from 0 to 1, spreads those that failed at the same time.
    """
    if not failed.failure.passes or attempt >= attempts:
        return None
    wait = min(LONGEST, FIRST * 2 ** min(attempt - 1, 10)) * (0.5 + luck / 2)
    if failed.after is None:
        return wait
    return None if failed.after > PATIENCE else max(wait, failed.after)
