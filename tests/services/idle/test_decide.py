from math import inf

import pytest

from services.idle.decide import Mode, again, choose, may_lower, seconds_left
from supervisor.desk import Refused


@pytest.mark.parametrize(
    ("last", "held", "now", "limit", "left"),
    [
        (100, False, 100, 300, 300),
        (100, False, 399, 300, 1),
        (100, False, 400, 300, 0),
        (100, False, 9000, 300, 0),
        (100, True, 9000, 300, inf),
        (100, False, 9000, 0, inf),
    ],
)
def test_how_long_until_it_is_time_to_stop(last, held, now, limit, left):
    assert seconds_left(last, held, now, limit) == left


AUTO, EXIT, SERVICE, STOP, NOTIFY = Mode


@pytest.mark.parametrize(
    ("mode", "on_ecs", "service", "way"),
    [
        (AUTO, False, None, EXIT),
        (AUTO, True, None, EXIT),
        (AUTO, True, "acme-ada", SERVICE),
        (EXIT, True, "acme-ada", EXIT),
        (SERVICE, False, None, EXIT),
        (SERVICE, True, None, EXIT),
        (SERVICE, True, "acme-ada", SERVICE),
        (STOP, False, None, EXIT),
        (STOP, True, None, STOP),
        (STOP, True, "acme-ada", STOP),
        (NOTIFY, False, None, NOTIFY),
        (NOTIFY, True, None, NOTIFY),
    ],
)
def test_what_a_mode_comes_to(mode, on_ecs, service, way):
    assert choose(mode, on_ecs=on_ecs, service=service) is way


def test_a_service_of_one_task_may_be_lowered_and_one_of_several_not():
    assert may_lower("acme-ada", 1)
    assert not may_lower("acme-ada", 0)
    with pytest.raises(Refused, match="the service acme-ada wants 2 tasks"):
        may_lower("acme-ada", 2)


def test_it_is_tried_again_later_and_later():
    assert [again(attempts) for attempts in (1, 2, 3, 5, 6, 10_000)] == [30, 60, 120, 480, 600, 600]
