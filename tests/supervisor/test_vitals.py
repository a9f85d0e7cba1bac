"""What happened, and how it is measured."""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest
import trio
from msgspec.structs import replace
from structlog.testing import capture_logs

from supervisor.events import Events
from supervisor.happening import Happening, happening
from supervisor.meter import Meter, Taken
from supervisor.model import Change, ServiceStatus, State
from supervisor.usage import PERIOD
from supervisor.vitals import MOST_HAPPENINGS, SETTLING, Vitals

A = ServiceStatus(name="a", kind="process")
UP = replace(A, state=State.RUNNING, ready=True)


def test_a_state_and_what_checks_say_are_worth_telling_and_details_are_not():
    down = replace(UP, state=State.BACKOFF, reason="exited with 1", exit_code=1, restarts=3)
    ill = replace(UP, healthy=False, reason="live: 500")
    for before, now, told in (
        (None, A, None),
        (A, UP, Happening(9.0, "a", State.STOPPED, State.RUNNING)),
        (UP, replace(UP, pid=7, note="x"), None),
        (UP, down, Happening(9.0, "a", State.RUNNING, State.BACKOFF, None, "exited with 1", 1, 3)),
        (UP, ill, Happening(9.0, "a", State.RUNNING, State.RUNNING, False, "live: 500")),
        (ill, replace(ill, reason="live: 501"), None),
        (ill, replace(UP, healthy=None), None),
        (UP, None, Happening(9.0, "a", State.RUNNING, None)),
        (None, UP, Happening(9.0, "a", None, State.RUNNING)),
    ):
        assert happening(Change(before, now), 9.0) == told


def test_the_last_things_that_happened_are_kept_and_all_are_counted():
    events = Events()
    vitals = Vitals(events)
    events.publish(A)
    for n in range(MOST_HAPPENINGS):
        events.publish(replace(UP, restarts=n))
        events.publish(replace(A, restarts=n))
    assert (len(vitals.happened), vitals.count) == (MOST_HAPPENINGS, 2 * MOST_HAPPENINGS)
    assert vitals.happened[-1].state is State.STOPPED
    assert vitals.happened[-1].at <= time.time()
    assert vitals.restarts == MOST_HAPPENINGS - 1


async def test_samples_come_each_period_with_the_restarts_since(autojump_clock, nursery):
    events = Events()
    vitals = Vitals(events)
    events.publish(replace(UP, restarts=4))
    began = trio.current_time()
    nursery.start_soon(vitals.measure, "place/run-")
    first = await vitals.usage.latest.until(bool)
    assert trio.current_time() - began >= SETTLING  # services begin first
    assert first is not None
    assert first.restarts == 4
    assert first.taken["nurseryd"].memory > 0
    events.publish(replace(UP, restarts=6))
    began = trio.current_time()
    second = await vitals.usage.latest.change(first)
    assert second is not None
    assert second.restarts == 2
    assert abs(trio.current_time() - began - PERIOD) < 1
    assert len(vitals.usage.columns.at) == 2


@pytest.mark.parametrize("error", [OSError(24, "Too many open files"), RuntimeError("no thread")])
async def test_what_cannot_be_measured_is_left_out_and_said_once(
    error: Exception, nursery, monkeypatch
):
    vitals, errors = Vitals(Events()), [error] * 3
    read = Meter.read

    def reading(meter: Meter, leaders: Mapping[int, str]) -> dict[str, Taken]:
        if errors:
            raise errors.pop()
        return read(meter, leaders)

    monkeypatch.setattr(Meter, "read", reading)
    with capture_logs() as logs:
        # By the real clock: no other waits for a thread.
        nursery.start_soon(vitals.measure, "place/run-", 0.001)
        await vitals.usage.latest.until(bool)
    assert errors == []
    assert [(it["log_level"], it["reason"]) for it in logs] == [("warning", str(error))]
