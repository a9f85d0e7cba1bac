"""An hour of samples."""

from __future__ import annotations

from supervisor.meter import Taken
from supervisor.usage import Column, Columns, Usage


def taken(**cpu: float) -> dict[str, Taken]:
    return {name: Taken(seconds, 100, 1) for name, seconds in cpu.items()}


def test_cores_are_what_was_taken_since_the_last_time():
    usage = Usage()
    usage.add(1000.0, 0.0, 0, taken(a=50.0))
    usage.add(1010.0, 10.0, 2, taken(a=55.0, b=2.0))
    latest = usage.latest.value
    assert latest is not None
    assert latest.cores == {"a": 0.5, "b": 0.2}
    assert usage.columns == Columns(
        [1000.0, 1010.0],
        [0, 2],
        {"a": Column(0, [0.0, 0.5], [100, 100]), "b": Column(1, [0.2], [100])},
    )


def test_a_count_that_begins_anew_is_not_negative():
    usage = Usage()
    usage.add(0.0, 0.0, 0, taken(a=50.0))
    usage.add(1.0, 1.0, 0, taken(a=1.0))
    assert usage.columns.services["a"].cores == [0.0, 0.0]


def test_while_a_service_has_no_process_there_is_nothing():
    usage = Usage()
    for now in (taken(a=1.0), taken(), taken(a=2.0), taken()):
        usage.add(0.0, 1.0, 0, now)
    assert usage.columns.services == {"a": Column(0, [0.0, None, 2.0], [100, None, 100])}


def test_only_the_last_samples_are_kept():
    usage = Usage(most=3)
    usage.add(0.0, 1.0, 0, taken(a=1.0, gone=1.0))
    for n in range(1, 4):
        usage.add(float(n), 1.0, n, taken(a=1.0 + n))
    assert usage.columns == Columns(
        [1.0, 2.0, 3.0], [1, 2, 3], {"a": Column(0, [1.0, 1.0, 1.0], [100] * 3)}
    )


def test_of_what_has_ended_only_the_last_ones_are_kept():
    usage = Usage(most_at_rest=2)
    for name in "abcd":
        usage.add(0.0, 1.0, 0, {**taken(**{name: 1.0}), **taken(x=1.0)})
    usage.add(0.0, 1.0, 0, taken(x=1.0))
    assert usage.columns.services.keys() == {"c", "d", "x"}
