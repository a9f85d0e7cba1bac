from math import inf

import pytest

from services.idle.decide import seconds_left


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
