from datetime import UTC, datetime

import pytest

from services.api.v1.times import moment, read_moment
from services.moments import instant


def test_what_has_not_been_has_no_moment():
    assert moment(0.0) is None
    assert moment(1.0) == instant(1)


@pytest.mark.parametrize(
    "text",
    ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05", "2026-01-02T04:04:05+01:00"],
)
def test_a_moment_without_a_zone_is_in_utc(text):
    assert read_moment(text) == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_what_is_no_moment_is_long_ago():
    assert read_moment("last week") == instant(0)
