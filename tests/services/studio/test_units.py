"""The parts of the studio that decide, tested where they run: by Node's own test runner."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from services.previews.node import find_node
from tests.services.previews.astro import ENVIRONMENT

HERE = Path(__file__).parent
SOON = 120.0  # seconds: a test that fails may leave something that keeps Node from ending
pytestmark = pytest.mark.system


@pytest.mark.parametrize("path", sorted(HERE.glob("*.test.ts")), ids=lambda path: path.stem)
def test_in_node(path):
    done = subprocess.run(
        [find_node().node, "--test", "--test-reporter=spec", path],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        timeout=SOON,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "pass 0" not in done.stdout
