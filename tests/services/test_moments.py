"""Which moment is told for which seconds."""

from datetime import UTC, datetime

import pytest

from services.moments import instant


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (1_700_000_000.0006, datetime(2023, 11, 14, 22, 13, 20, 1000, tzinfo=UTC)),
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (-(10**12), datetime(1970, 1, 1, tzinfo=UTC)),
        (1e300, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (10**18, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_commit_or_a_disk_may_say_any_time_and_is_told(seconds, told):
    assert instant(seconds) == told
