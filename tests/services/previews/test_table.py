import pytest

from services.messages import PreviewState
from services.previews.table import meaning, pick_port
from supervisor.desk import Refused
from supervisor.model import ServiceStatus, State


@pytest.mark.parametrize(
    ("state", "means"),
    [
        (State.STARTING, PreviewState.STARTING),
        (State.RUNNING, PreviewState.READY),
        (State.BACKOFF, PreviewState.STARTING),
        (State.STOPPING, PreviewState.STARTING),
        (State.STOPPED, PreviewState.ASLEEP),
        (State.EXITED, PreviewState.FAILED),
        (State.FATAL, PreviewState.FAILED),
    ],
)
def test_every_state_of_an_instance_means_something(state, means):
    status = ServiceStatus(name="astro@x", kind="process", state=state, reason="exit code 1")
    preview, reason = meaning(status)
    assert preview is means
    assert ("exit code 1" in reason) is (means is not PreviewState.READY)


def test_a_better_reason_takes_the_place_of_the_status():
    status = ServiceStatus(name="astro@x", kind="process", state=State.FATAL, reason="exit code 1")
    assert meaning(status, "no such import")[1] == "the dev server cannot start: no such import"


def test_an_instance_that_vanished_was_stopped():
    assert meaning(None) == (PreviewState.ASLEEP, "its server was stopped")


def test_ports_are_searched_from_the_start_and_round_until_there_is_none():
    ports = (20000, 20003)
    assert pick_port(ports, {20000}, lambda port: port != 20001) == 20002
    assert pick_port(ports, {20003}, lambda _: True, start=7) == 20000
    with pytest.raises(Refused, match="every port from 20000 to 20003 is taken"):
        pick_port(ports, {20000, 20001, 20003}, lambda port: port != 20002, start=2)
