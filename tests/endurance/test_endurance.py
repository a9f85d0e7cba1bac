"""The same run in sizes that take seconds, and that it fails when it should."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.endurance.promise import Promise, exactly
from tests.endurance.watching import Look, Watch

ROOT = Path(__file__).parents[2]


@pytest.mark.system
def test_a_short_run_keeps_every_promise(require: Callable[[str], Path]):
    require("unshare")
    command = [sys.executable, "-m", "tests.endurance", "--short"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "BROKEN" not in done.stdout
    assert done.stdout.count("kept") == 18


def test_a_promise_is_kept_within_its_bounds_and_broken_outside():
    assert Promise("MB", 4.0, most=4.0).kept
    assert not Promise("MB", 4.1, most=4.0).kept
    assert not Promise("restarts", 9, least=10).kept
    assert not exactly("lines", 7, 8).kept
    assert str(exactly("lines", 7, 8)) == "BROKEN  lines: 7 (8)"
    assert str(Promise("MB", 4.0, most=4.5)) == "kept    MB: 4 (at most 4.5)"
    assert str(Promise("restarts", 10, least=10)) == "kept    restarts: 10 (at least 10)"


def test_it_rests_once_nothing_waits_to_be_written_and_then_counts_what_is_open():
    def look(flooded: float, *opened: str) -> Look:
        return Look(50.0, opened, threads=4, children=0, zombies=0, flooded=flooded)

    calm = look(9.0, "3 /flood.log", "4 socket"), look(9.0, "3 /flood.log")
    # The last MB, while a full file was just put aside, and a connection that was just closing.
    watch = Watch([look(7.5), look(8.0), calm[0]])
    assert not watch.is_calm(2)
    watch.looks.append(calm[1])
    assert watch.is_calm(2)
    assert not watch.is_calm(3)
    assert watch.opened(2) == ("3 /flood.log",)
    assert not Watch([calm[0]]).is_calm(2)
