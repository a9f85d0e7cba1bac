"""Some minutes of the run, and that it fails when it should."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from supervisor.config import load
from supervisor.plan import plan
from supervisor.spec import TaskSpec
from tests.chaos.whole.mutants import MUTANTS
from tests.whole.daemon import CONFIG

ROOT = Path(__file__).parents[3]
SEED = 20261129
MINUTES = float(os.environ.get("NURSERYD_TESTS_CHAOS_MINUTES", "3"))  # .ci/run has it longer
LONGEST = 15 * 60  # seconds beyond that: the last storm with its calm, each within its bounds


@pytest.mark.system
@pytest.mark.usefixtures("limits_itself")
def test_minutes_in_which_everything_goes_wrong_break_no_promise(
    require: Callable[[str], Path],
) -> None:
    require("unshare")
    command = [sys.executable, "-m", "tests.chaos.whole"]
    options = ["--seed", str(SEED), "--minutes", str(MINUTES)]
    done = subprocess.run(
        [*command, *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=MINUTES * 60 + LONGEST,
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-5_000:]
    assert "calm 1:" in done.stdout


@pytest.mark.parametrize("run", MUTANTS)
def test_a_service_with_a_mistake_is_one_that_can_be_started(run: str) -> None:
    found = plan(load(CONFIG, {"NURSERYD__SERVICE__AGENT__RUN": run}))
    assert run in [spec.run for spec in found.specs if isinstance(spec, TaskSpec)]
