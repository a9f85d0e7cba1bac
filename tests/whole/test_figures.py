"""The figures of a real edit, in the log of a whole daemon."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.services.figures.emf import check
from tests.whole.daemon import Daemon

pytestmark = pytest.mark.system


def test_an_edit_and_its_preview_are_counted_in_the_log(tmp_path: Path, cache: Path) -> None:
    with Daemon(tmp_path, cache, FIGURES="on") as daemon:
        daemon.init()
        daemon.execute("change the heading of the home page to Counted")
        daemon.shown("Counted")
        assert daemon.end() == 0
        log = daemon.log.read_text()
    lines = [line for line in log.splitlines() if '"_aws"' in line]
    assert {json.loads(line)["Fleet"] for line in lines} == {"local"}
    found: dict[str, list[float]] = {}
    for line in lines:
        for name, values in check(line).items():
            found.setdefault(name, []).extend(values)
    assert found.keys() - {"MemoryMegabytes"} == {"TurnSeconds", "TurnFailures", "PreviewSeconds"}
    assert (len(found["TurnSeconds"]), found["TurnFailures"]) == (1, [0])
    assert len(found["PreviewSeconds"]) == 1
