"""That the benchmarks of the front door run, not how fast anything is."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.whole.daemon import processes_with

ROOT = Path(__file__).parents[3]


@pytest.fixture
def bench(tmp_path: Path, require: Callable[[str], Path]) -> Callable[..., str]:
    """Run some of it in sizes that take a moment; what it printed."""
    require("cc")

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "tests.benchmarks.proxies", "--tiny"]
        done = subprocess.run(
            [*command, "--folder", str(tmp_path / "tools"), *arguments],
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
        return done.stdout

    return run


@pytest.mark.system
def test_messages_requests_bodies_and_idle_sockets_are_measured(
    bench: Callable[..., str], tmp_path: Path
):
    file = tmp_path / "tables.md"
    parts = [f"--only={part}" for part in ("messages", "requests", "bodies", "idle")]
    said = bench("--peer", "nurseryd", "--peer", "direct", "--markdown", str(file), *parts)
    assert "Not measured" not in said
    figures = [line.split(" | ")[:3] for line in said.splitlines() if line.startswith("| ")]
    assert len(figures) > 20
    assert all(ours for _name, ours, _theirs in figures), figures
    assert file.read_text() == said


@pytest.mark.system
def test_edits_and_pages_run(bench: Callable[..., str]):
    said = bench("--only", "edits", "--only", "first-page")
    for line in ("| edit to HMR frame, p95, ms | ", "| first page, dependencies there, s | "):
        assert line in said


@pytest.mark.system
def test_a_proxy_that_is_not_installed_is_named_and_the_others_are_measured(
    bench: Callable[..., str],
):
    said = bench("--peer", "http-proxy-3", "--peer", "direct", "--only", "bodies")
    assert "* http-proxy-3 (bodies): not installed: there is no http-proxy-3" in said
    assert "| HTTP, 5 MB up, 8 connections, MB/s | " in said
