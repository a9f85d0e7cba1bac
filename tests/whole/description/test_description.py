"""The served API is as it says it is: schemathesis against a daemon with everything in it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.whole.daemon import Daemon

CONFIG = Path(__file__).with_name("schemathesis.toml")
# What a shell of ours may have, and no child of a test gets.
OURS = ("CLAUDE", "ANTHROPIC", "AWS_")
EXAMPLES = os.environ.get("NURSERYD_EXAMPLES", "2")

pytestmark = pytest.mark.system


def test_the_api_is_as_it_says(daemon: Daemon, tmp_path: Path) -> None:
    """Every operation: statuses, types, shapes, methods that there are not, bodies of other types.

    The phases are examples, the edges of each schema, random data, and what follows from what.
    NURSERYD_EXAMPLES is how many random requests each operation gets.
    """
    for thread in ("first", "second"):
        daemon.init(thread, empty=True)
        daemon.execute("Create a page called Prices saying: Everything is free.", thread)
    done = subprocess.run(
        [
            *(Path(sys.executable).with_name("schemathesis"), "--config-file", CONFIG, "run"),
            *(f"http://127.0.0.1:{daemon.api_port}/openapi.json", "--max-examples", EXAMPLES),
        ],
        cwd=tmp_path,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith(OURS)},
            "API_TOKEN": daemon.token,
            "PYTHONWARNINGS": "ignore",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    counted = re.search(r"Selected: (\d+)/(\d+)\s+Tested: (\d+)", said)
    assert counted is not None, said
    assert len({*counted.groups()}) == 1, said
    assert "Traceback" not in daemon.log.read_text()
