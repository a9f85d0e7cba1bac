"""What to do after an attempt to deliver. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from services.posting.answer import Answer

FIRST = 1.0  # seconds after the first failure; twice as long after each other one
LONGEST = 60.0
MOST_PATIENT = 300.0  # seconds that a receiver may ask for with Retry-After
GONE = 410


@dataclass(frozen=True, slots=True)
class Delivered:
    pass


@dataclass(frozen=True, slots=True)
class Again:
    """In so many `seconds`."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Dropped:
    """This one is given up."""

    reason: str


@dataclass(frozen=True, slots=True)
class Over:
    """The receiver wants no more of them."""

    reason: str


def decide(
    answer: Answer, attempts: int, age: float, *, most: int, longest: float, chance: float
) -> Delivered | Again | Dropped | Over:
    """After so many `attempts` to deliver what happened `age` seconds ago.

    `chance` is a number from 0 to 1 that spreads the next attempt of many containers: it comes
    after between half of the delay and all of it, but never before the receiver wants it.
    """
    if answer.took_it:
        return Delivered()
    if answer.status == GONE:
        return Over("the receiver answered 410: it wants no more")
    wait = min(LONGEST, FIRST * 2.0 ** (attempts - 1)) * (1 + chance) / 2
    wait = max(wait, min(answer.after or 0.0, MOST_PATIENT))
    why = answer.error or f"the receiver answered {answer.status}"
    if attempts >= most:
        return Dropped(f"{why}, {attempts} times")
    if age + wait > longest:
        return Dropped(f"{why}, and it is too long ago")
    return Again(wait)
