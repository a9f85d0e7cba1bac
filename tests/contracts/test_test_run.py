"""What tests/conftest.py promises for the whole run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import TOOL_MARKERS

ROOT = Path(__file__).parents[2]
Require = Callable[[str], Path]

WAITING = """
import time
from tests.conftest import limits_itself

def test_waits({fixture}):
    time.sleep({seconds})
"""


def run(folder: Path, test: str) -> subprocess.CompletedProcess[str]:
    """A run of the tests with this one alone, which may take a tenth of a second."""
    (folder / "test_it.py").write_text(test)
    options = ["faulthandler_timeout=0.1", "faulthandler_exit_on_timeout=true"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *(f"--override-ini={it}" for it in options), folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_a_test_that_hangs_ends_the_run_and_says_where_it_was(tmp_path: Path):
    done = run(tmp_path, WAITING.format(fixture="", seconds=1000))
    assert done.returncode == 1
    assert 'test_it.py", line 6 in test_waits' in done.stderr


def test_one_that_limits_itself_may_take_longer(tmp_path: Path):
    done = run(tmp_path, WAITING.format(fixture="limits_itself", seconds=0.3))
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_program_that_is_there_is_found(require: Require):
    assert require("sh").is_absolute()


def test_a_missing_program_skips_the_test(require: Require, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("NURSERYD_TESTS_REQUIRE_ALL", raising=False)
    with pytest.raises(pytest.skip.Exception, match="cannot find no-such-program"):
        require("no-such-program")


def test_a_missing_program_fails_the_test_where_all_are_required(
    require: Require, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("NURSERYD_TESTS_REQUIRE_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="cannot find no-such-program"):
        require("no-such-program")


def test_children_do_not_learn_which_tool_runs_the_tests():
    assert [name for name in os.environ if TOOL_MARKERS.match(name)] == []
