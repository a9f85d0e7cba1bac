"""The README's first edit, run as it stands there."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.whole.daemon import ROOT, Daemon

pytestmark = pytest.mark.system


def commands(section: str) -> str:
    """The indented blocks of a section of the README, as one script."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    text = readme.split(f"\n## {section}\n")[1].split("\n## ")[0]
    return "\n".join(line[4:] for line in text.splitlines() if line.startswith("    "))


def test_the_first_edit_works_as_the_readme_shows_it(tmp_path: Path, cache: Path) -> None:
    with Daemon(tmp_path, cache, NURSERYD_TOKEN="") as daemon:
        script = commands("Your first edit").replace(":8080", f":{daemon.api_port}")
        assert re.findall(r"/api/(\w+)", script) == ["init", "execute", "status"]
        done = subprocess.run(
            ["sh", "-eu", "-c", script],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.count('"success":true') == 3, done.stdout
        assert "Thread-ID: first" in done.stdout
        assert "nothing to commit, working tree clean" in done.stdout
        daemon.shown("Grüß Gott")
