"""That a crowd is told every event, not how fast."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.api import crowd
from tests.benchmarks.figures import Results


@pytest.mark.system
def test_each_of_a_crowd_is_told_every_event_once_and_in_order(tmp_path: Path) -> None:
    results = Results()
    crowd.measure(results, (crowd.Size(60, 6, 1),), tmp_path)
    names = [figure.name for figure in results.samples]
    assert "60 streams, 6 polling: GET /health, p99" in names
