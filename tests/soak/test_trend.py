"""A leak is told from noise, and noise is told from a leak."""

from __future__ import annotations

import random

import pytest

from tests.soak.trend import Point, Trend, percentiles, trend, windows


def series(rise: float, noise: float = 0.0, count: int = 120) -> list[Point]:
    """100 and so much more in each thousand, `count` looks at 10,000."""
    chance = random.Random("soak")
    step = 10_000 / count
    return [
        (number * step, 100 + rise * number * step / 1000 + chance.gauss(0, noise))
        for number in range(count)
    ]


def told(points: list[Point], warm_up: float = 0.25) -> Trend:
    found = trend(points, warm_up)
    assert found is not None
    return found


def test_what_stays_the_same_has_no_trend():
    found = told(series(0.0))
    assert (found.slope, found.low, found.high) == (0, 0, 0)


def test_a_leak_is_found_as_large_as_it_is():
    found = told(series(2.0))
    assert found.slope == pytest.approx(2.0)
    assert found.low == pytest.approx(2.0)


def test_a_leak_is_found_under_noise_five_times_its_size():
    found = told(series(2.0, noise=10.0))
    assert 0 < found.low < 2 < found.high


def test_noise_alone_is_no_leak():
    found = told(series(0.0, noise=10.0))
    assert found.low < 0 < found.high


def test_one_look_in_five_at_something_wild_hides_nothing_and_makes_nothing_up():
    for rise in 0.0, 2.0:
        wild = [
            (x, 1e6 if number % 5 == 3 else y) for number, (x, y) in enumerate(series(rise, 0.1))
        ]
        assert told(wild).slope == pytest.approx(rise, abs=0.2)


def test_growth_that_ends_with_the_warm_up_is_none():
    flat = [(x, min(y, 120.0)) for x, y in series(10.0)]  # the first fifth rises
    assert told(flat).slope == 0
    assert told(flat[:40], warm_up=0.0).low > 0


def test_two_looks_tell_nothing():
    assert trend([(0, 1), (1, 1)], warm_up=0.0) is None
    assert trend([(done, done) for done in range(29)], warm_up=0.0) is None
    assert trend([(done, done) for done in range(30)], warm_up=0.0) is not None


def test_a_window_shows_its_median_where_it_ends():
    assert windows([(0, 1), (1, 5), (2, 9), (3, 100)], number=2) == [(1, 3), (3, 54.5)]
    assert windows([(0, 1), (1, 5)], number=100) == [(0, 1), (1, 5)]


def test_percentiles_are_samples():
    assert percentiles(range(200)) == (100, 198, 199)
