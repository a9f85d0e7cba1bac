"""When a model is asked again, and when not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.agent.bedrock.retry import LONGEST, PATIENCE, pause
from services.aws import Failed, Failure

BUSY = Failed(Failure.THROTTLED, "slow down")


def test_the_pause_grows_to_a_limit():
    assert [pause(BUSY, n, 9, luck=1.0) for n in range(1, 8)] == [1, 2, 4, 8, 16, 30, 30]
    assert pause(BUSY, 1, 9, luck=0.0) == 0.5


def test_it_is_given_up_after_the_last_attempt():
    assert pause(BUSY, 3, 3, luck=0.5) is None


@pytest.mark.parametrize("failure", [each for each in Failure if not each.passes])
def test_what_does_not_pass_is_not_tried_again(failure: Failure):
    assert pause(Failed(failure, "no"), 1, 9, luck=0.5) is None


def test_it_waits_as_long_as_it_is_told_but_not_for_ever():
    told = Failed(Failure.THROTTLED, "slow down", after=50.0)
    assert pause(told, 1, 9, luck=0.5) == 50
    assert pause(Failed(Failure.THROTTLED, "", after=0.0), 1, 9, luck=1.0) == 1
    assert pause(Failed(Failure.THROTTLED, "", after=PATIENCE + 1), 1, 9, luck=0.5) is None


@given(st.integers(1, 2000), st.floats(0, 1))
def test_it_is_within_its_limits(attempt: int, luck: float):
    wait = pause(BUSY, attempt, 3000, luck)
    assert wait is not None
    assert 0.5 <= wait <= LONGEST
