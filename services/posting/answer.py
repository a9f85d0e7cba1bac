"""What came back of an attempt."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` is 0 where nothing came back, and `error` says why.

    `after` is in how many seconds the receiver wants to be asked again.
    """

    status: int
    error: str | None = None
    after: float | None = None

    @property
    def took_it(self) -> bool:
        return 200 <= self.status < 300
