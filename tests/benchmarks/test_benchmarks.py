"""That the benchmarks run, not how fast anything is."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.benchmarks.figures import Aim, Figure, Results
from tests.benchmarks.measures import MEASURES
from tests.benchmarks.report import table
from tests.supervisor.real import carrying

ROOT = Path(__file__).parents[2]
NURSERYD = Path(sys.executable).with_name("nurseryd")
VERSIONS = {"nurseryd": "1", "other": "2"}


@pytest.fixture
def bench(tmp_path: Path, require: Callable[[str], Path]) -> Callable[..., str]:
    """Run all of it in sizes that take a moment; what it printed."""
    require("cc")
    require("unshare")

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "tests.benchmarks", "--tiny", "--folder", str(tmp_path)]
        done = subprocess.run(
            [*command, *arguments],
            cwd=ROOT,
            env={**os.environ, "NURSERYD_BENCHMARK_TEST": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert carrying(f"NURSERYD_BENCHMARK_TEST={tmp_path}") == set()
        return done.stdout

    return run


@pytest.mark.system
def test_every_benchmark_measures_nurseryd(bench: Callable[..., str], tmp_path: Path):
    file = tmp_path / "table.md"
    said = bench("--nurseryd", str(NURSERYD), "--peer", "nurseryd", "--markdown", str(file))
    assert "Not measured" not in said
    figures = [line.split(" | ")[:2] for line in said.splitlines() if line.startswith("| ")][1:]
    assert len(figures) > 2 * len(MEASURES)
    assert all(value for _name, value in figures), figures
    assert file.read_text() + "\n" == said


@pytest.mark.system
def test_what_is_not_installed_is_named_with_the_benchmarks_that_lack_it(bench: Callable[..., str]):
    said = bench("--peer", "circus", "--peer", "pm2", "--only", "start", "--only", "stop")
    assert "* circus (start, stop): not installed" in said
    assert "* pm2 (start, stop): not installed" in said


def lines(figure: Figure, ours: float, theirs: float | None) -> list[str]:
    results = Results()
    results.add(figure, "nurseryd", ours)
    if theirs is not None:
        results.add(figure, "other", theirs)
    return list(table(results, VERSIONS))


@pytest.mark.parametrize(
    ("ours", "more", "verdict"),
    [
        (20.0, False, "met"),
        (20.1, False, "**missed**"),
        (20.0, True, "met"),
        (19.9, True, "**missed**"),
    ],
)
def test_an_aim_is_a_ratio_and_met_or_missed(ours: float, more: bool, verdict: str):
    figure = Figure("part", "figure", "ms", (Aim("other", 0.2),), more_is_better=more)
    sign = "least" if more else "most"
    assert lines(figure, ours, 100.0)[2] == (
        f"| figure, ms | {ours:g} | 100 ({ours / 100:.2f}x) | at {sign} 0.2x other: {verdict} |"
    )


def test_an_aim_without_a_peer_is_the_figure_itself():
    figure = Figure("part", "wakeups", "", (Aim("", 0),))
    assert lines(figure, 0, 30)[2] == "| wakeups | 0 | 30 (0.00x) | at most 0: met |"
    assert lines(figure, 1, 30)[2] == "| wakeups | 1 | 30 (0.03x) | at most 0: **missed** |"


def test_without_the_peer_nobody_knows():
    figure = Figure("part", "figure", "MB", (Aim("other"),))
    assert lines(figure, 5.5, None)[2] == "| figure, MB | 5.50 |  | at most 1x other: not known |"
