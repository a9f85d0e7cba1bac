import pytest

from services.figures.ended import ended_badly
from supervisor.model import Change, ServiceStatus, State


def change(before, now, **facts):
    return Change(
        ServiceStatus(name="s", kind="process", state=before),
        ServiceStatus(name="s", kind="process", state=now, **facts),
    )


@pytest.mark.parametrize(
    ("before", "now", "facts"),
    [
        (State.RUNNING, State.BACKOFF, {"exit_code": 1}),
        (State.STARTING, State.BACKOFF, {"exit_code": -9}),
        (State.RUNNING, State.BACKOFF, {}),  # a coroutine
        (State.STOPPING, State.BACKOFF, {"exit_code": 0}),  # unhealthy, and polite about it
        (State.RUNNING, State.EXITED, {"exit_code": 3, "failed": True}),
        (State.RUNNING, State.FATAL, {"failed": True}),
    ],
)
def test_these_are_failures(before, now, facts):
    assert ended_badly(change(before, now, **facts))


@pytest.mark.parametrize(
    ("before", "now", "facts"),
    [
        (State.STARTING, State.RUNNING, {}),
        (State.RUNNING, State.STOPPING, {}),
        (State.STOPPING, State.STOPPED, {"exit_code": -15}),
        (State.RUNNING, State.BACKOFF, {"exit_code": 0}),
        (State.RUNNING, State.EXITED, {"exit_code": 0}),
        (State.BACKOFF, State.STARTING, {}),
        (State.BACKOFF, State.STOPPED, {}),
        (State.STOPPED, State.FATAL, {"failed": True}),
    ],
)
def test_these_are_none(before, now, facts):
    assert not ended_badly(change(before, now, **facts))


def test_a_service_that_comes_or_goes_has_not_failed():
    status = ServiceStatus(name="s", kind="task", state=State.RUNNING)
    assert not ended_badly(Change(None, status))
    assert not ended_badly(Change(status, None))
