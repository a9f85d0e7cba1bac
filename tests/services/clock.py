"""The clock of tests whose sockets a busy machine may be slow to serve."""

import pytest
from trio.testing import MockClock


@pytest.fixture
def autojump_clock() -> MockClock:
    """Which waits longer: what is said soon after a jump would otherwise come after the next."""
    return MockClock(autojump_threshold=0.05)
