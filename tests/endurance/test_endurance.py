"""The same run in sizes that take seconds, and that it fails when it should."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.endurance.promise import Promise, exactly

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
