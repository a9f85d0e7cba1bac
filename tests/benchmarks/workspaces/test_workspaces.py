"""That the benchmarks of workspaces run, not how fast anything is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.system
def test_git_and_a_site_are_measured_and_nothing_is_left(tmp_path: Path):
    file = tmp_path / "tables.md"
    folder = tmp_path / "scratch"
    folder.mkdir()
    command = [sys.executable, "-m", "tests.benchmarks.workspaces", "--tiny"]
    done = subprocess.run(
        [*command, "--folder", str(folder), "--markdown", str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=580,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert file.read_text() == done.stdout
    for line in ("| add a worktree, ", "| threads on disk: volume and cache, MB |"):
        assert line in done.stdout
    assert list(folder.iterdir()) == []
