import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.api.guard.rates import PERIOD, Buckets, Guesses, neighbourhood


def test_a_minutes_worth_may_come_at_once_and_then_as_fast_as_it_flows_in():
    buckets = Buckets(60)
    assert [buckets.take("a", 100.0) for _ in range(60)] == [0.0] * 60
    assert buckets.take("a", 100.0) == pytest.approx(1.0)
    assert buckets.take("a", 100.25) == pytest.approx(0.75)
    assert buckets.take("a", 101.001) == 0.0
    assert buckets.take("a", 101.001) > 0.9
    assert buckets.take("b", 100.0) == 0.0
    assert [buckets.take("a", 1000.0) for _ in range(60)] == [0.0] * 60


def test_looking_takes_nothing():
    buckets = Buckets(1)
    assert buckets.wait("a", 0.0) == 0.0
    assert buckets.take("a", 0.0) == 0.0
    assert buckets.wait("a", 0.0) == buckets.wait("a", 0.0) == pytest.approx(PERIOD)


def test_none_is_no_limit():
    buckets = Buckets(0)
    assert not any(buckets.take("a", 0.0) for _ in range(10_000))
    guesses = Guesses(0)
    assert not any(guesses.wrong("a", 0.0) for _ in range(10_000))


@given(st.integers(1, 100), st.lists(st.floats(0, 10, allow_nan=False), min_size=1, max_size=300))
def test_no_minute_sees_more_than_twice_the_limit(limit, steps):
    buckets, now = Buckets(limit), 0.0
    taken = []
    for step in steps:
        now += step
        if buckets.take("a", now) == 0.0:
            taken.append(now)
    for start in taken:
        assert sum(start <= each < start + PERIOD for each in taken) <= 2 * limit


@given(st.integers(1, 100), st.lists(st.floats(0, 100), min_size=1, max_size=50))
def test_who_waits_as_long_as_told_is_served(limit, steps):
    buckets, now = Buckets(limit), 0.0
    for step in steps:
        now += step
        if wait := buckets.take("a", now):
            assert 0 < wait <= PERIOD
            assert buckets.take("a", now + wait + 1e-6) == 0.0
            now += wait + 1e-6


def test_the_memory_is_bounded_and_keeps_who_came_last():
    buckets = Buckets(1, most=10)
    for number in range(1000):
        buckets.take(str(number), 0.0)
    waiting = [number for number in range(1000) if buckets.wait(str(number), 0.0)]
    assert waiting == list(range(990, 1000))


def test_who_guesses_is_held_off_and_a_guess_that_is_right_is_not_told():
    guesses = Guesses(2)
    assert guesses.right("10.0.0.1", "known", 0.0) == 0.0
    assert guesses.wrong("10.0.0.1", 0.0) == guesses.wrong("10.0.0.1", 0.0) == 0.0
    assert guesses.wrong("10.0.0.1", 0.0) == pytest.approx(30.0)
    assert guesses.right("10.0.0.1", "guessed", 0.0) == pytest.approx(30.0)
    assert guesses.right("10.0.0.1", "known", 0.0) == 0.0
    assert guesses.right("10.0.0.2", "known", 0.0) == 0.0
    assert guesses.right("10.0.0.1", "guessed", 31.0) == 0.0


def test_it_is_forgotten_in_the_end_who_was_right():
    guesses = Guesses(1, most=3)
    for token in "abcd":
        assert guesses.right("10.0.0.1", token, 0.0) == 0.0
    guesses.wrong("10.0.0.1", 0.0)
    assert [bool(guesses.right("10.0.0.1", token, 0.0)) for token in "abcd"] == [True, 0, 0, 0]


def test_a_network_of_ipv6_is_one_neighbourhood():
    assert neighbourhood("2001:db8:1:2::1") == neighbourhood("2001:db8:1:2:ffff::9")
    assert neighbourhood("2001:db8:1:2::1") != neighbourhood("2001:db8:1:3::1")
    assert neighbourhood("10.0.0.1") != neighbourhood("10.0.0.2")
    assert neighbourhood("unknown:") == "unknown:"
