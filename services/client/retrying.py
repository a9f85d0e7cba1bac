"""Whether a call is made again, and when. Pure."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from .calls import KEY, Call
from .problems import Problem, Unreachable, problem_of

_SAFE = ("GET", "HEAD", "PUT", "DELETE")
_CONDITIONS = ("If-Match", "If-None-Match")
_MAY_PASS = (429, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class Retries:
    """`most` more attempts, about `first` seconds after the first one, twice that after the next.

    One that the API asks to wait for, and that would take longer than `longest`, is not made.
    """

    most: int = 3
    first: float = 0.25
    longest: float = 30.0
    chance: Callable[[], float] = random.random
    now: Callable[[], float] = time.time


class Attempts:
    """Those at one call: they have the same headers, and body."""

    def __init__(self, call: Call, retries: Retries) -> None:
        self.headers, self.body = call.prepared()
        self._call = call
        self._retries = retries
        self._made = 0

    def unanswered(self, error: Exception) -> float:
        """How many seconds to wait after that; raises `Unreachable` to give up."""
        if not _repeats(self._call.method, self.headers):
            raise unreachable(self._call, error) from error
        pause = self._next(None)
        if pause is None:
            raise unreachable(self._call, error) from error
        return pause

    def refused(self, status: int, headers: Mapping[str, str], body: bytes) -> float:
        """How many seconds to wait after that; raises `Problem` to give up.

        Who says when to come back has not done it. What may have been done is done again only if
        that makes no difference.
        """
        problem = refusal(status, headers, body, self._retries.now())
        told = problem.retry_after is not None and status in (429, 503)
        if told or (status in _MAY_PASS and _repeats(self._call.method, self.headers)):
            pause = self._next(problem.retry_after)
            if pause is not None:
                return pause
        raise problem

    def _next(self, told: float | None) -> float | None:
        retries = self._retries
        if self._made >= retries.most or (told is not None and told > retries.longest):
            return None
        backoff = min(retries.first * 2.0**self._made, retries.longest)
        self._made += 1
        return told if told is not None else backoff * (0.5 + retries.chance() / 2)


def refusal(status: int, headers: Mapping[str, str], body: bytes, now: float) -> Problem:
    """What an answer that is no success says."""
    return problem_of(status, body, _seconds(headers.get("Retry-After"), now))


def may_pass(problem: Problem) -> bool:
    """Whether it may be otherwise after a while."""
    return problem.status in _MAY_PASS


def unreachable(call: Call, error: Exception) -> Unreachable:
    """That there was no answer, and why."""
    return Unreachable(f"cannot {call.method} {call.address}: {error or type(error).__name__}")


def _seconds(retry_after: str | None, now: float) -> float | None:
    """The value of a `Retry-After`, which is seconds or a date; None for none."""
    if not retry_after:
        return None
    if retry_after.isascii() and retry_after.isdecimal():
        return float(retry_after)
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def _repeats(method: str, headers: Mapping[str, str]) -> bool:
    """Whether it is the same to do it twice; a change of what was expected is not."""
    conditional = any(name in headers for name in _CONDITIONS) and method not in ("GET", "HEAD")
    return KEY in headers or (method in _SAFE and not conditional)
