"""That the benchmarks of the container run, not how fast anything is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.container import memory, previews, starting
from tests.benchmarks.container.amounts import TINY
from tests.benchmarks.container.stage import BARE, OURS, SLIM, Stage
from tests.benchmarks.figures import Results
from tests.container.image import Image

pytestmark = pytest.mark.system

ROOT = Path(__file__).parents[3]
MEASURED = (
    starting.ALIVE,
    starting.HEALTHY,
    starting.READY,
    starting.STOP,
    previews.WARM,
    previews.FROM_RUN,
    previews.STOP,
)


@pytest.mark.usefixtures("slim", "full")  # which take their time to build on a new machine
def test_the_images_are_measured_and_nothing_is_left(tmp_path: Path) -> None:
    file, folder = tmp_path / "table.md", tmp_path / "scratch"
    folder.mkdir()
    command = [sys.executable, "-m", "tests.benchmarks.container", "--tiny", "--only", "images"]
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
    assert "| the image, MB | " in done.stdout
    assert list(folder.iterdir()) == []


def test_containers_are_measured_and_nothing_is_left(
    tmp_path: Path, slim: Image, full: Image, dependencies: Path
) -> None:
    results, stage = Results(), Stage(tmp_path, {OURS: full, SLIM: slim}, dependencies)
    for part in (starting, memory, previews):
        part.measure(results, TINY, stage)
    for figure in MEASURED:
        assert results.value(figure, OURS), figure.name
    for figure in (starting.ALIVE, starting.STOP, previews.FROM_RUN, previews.STOP):
        assert results.value(figure, BARE), figure.name
    resident = {figure.name for figure in results.samples if figure.what == "memory"}
    for when in ("idle for 0 minutes", "with a preview"):
        assert f"the daemon, {when}: resident" in resident
