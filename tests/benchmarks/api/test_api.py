"""That the benchmarks of the API run, not how fast anything is."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.whole.daemon import processes_with

ROOT = Path(__file__).parents[3]


@pytest.mark.system
def test_requests_are_measured_and_who_is_missing_is_named(
    tmp_path: Path, require: Callable[[str], Path]
):
    require("cc")
    file = tmp_path / "tables.md"
    command = [sys.executable, "-m", "tests.benchmarks.api", "--tiny", "--only", "requests"]
    done = subprocess.run(
        [*command, "--folder", str(tmp_path / "tools"), "--markdown", str(file)],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=580,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert processes_with(str(tmp_path)) == []
    assert list(tmp_path.glob("nurseryd-*")) == []
    assert "* express (requests): not installed: there is no express" in done.stdout
    figures = [line.split(" | ")[:2] for line in done.stdout.splitlines() if "| GET " in line]
    assert len(figures) == 24
    assert all(ours for _name, ours in figures), figures
    assert file.read_text() == done.stdout
