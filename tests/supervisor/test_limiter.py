from __future__ import annotations

import pytest
import structlog
from structlog.testing import capture_logs

from supervisor.limiter import LEFT_OUT, MOST, PERIOD, Limiter


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limiter(clock: Clock) -> Limiter:
    return Limiter(clock)


def passes(limiter: Limiter, **event: object) -> bool:
    try:
        limiter(None, "info", dict(event))
    except structlog.DropEvent:
        return False
    return True


def test_so_many_of_a_kind_pass_in_a_second(limiter: Limiter, clock: Clock):
    assert [passes(limiter, event="e", service="a") for _ in range(MOST + 5)].count(True) == MOST
    assert passes(limiter, event="e", service="b")
    assert passes(limiter, event="other", service="a")
    clock.now = PERIOD
    with capture_logs():
        assert passes(limiter, event="e", service="a")


def test_what_was_left_out_is_told_with_the_next_event(limiter: Limiter, clock: Clock):
    for _ in range(MOST + 5):
        passes(limiter, event="e", service="a")
        passes(limiter, event="of the daemon")
    passes(limiter, event="rare")
    clock.now = PERIOD
    with capture_logs() as told:
        passes(limiter, event="anything")
        clock.now = 3 * PERIOD
        passes(limiter, event="anything")
    assert told == [
        {"event": LEFT_OUT, "log_level": "warning", "of": "e", "service": "a", "count": 5},
        {"event": LEFT_OUT, "log_level": "warning", "of": "of the daemon", "count": 5},
    ]


def test_what_tells_it_is_never_left_out(limiter: Limiter):
    assert all(passes(limiter, event=LEFT_OUT) for _ in range(MOST + 5))


def test_an_error_is_never_left_out(limiter: Limiter):
    for _ in range(MOST + 5):
        assert limiter(None, "error", {"event": "e"}) == {"event": "e"}
