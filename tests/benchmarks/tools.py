"""Where the peers are, and how they get there: `make bench` makes them once, outside the tree."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.job import NotDone

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
# What a comparison is with. From Debian come s6, runit and tini, in whatever version it has.
SUPERVISORD = "4.3.0"
CIRCUS = "0.19.0"
PM2 = "7.0.4"


@dataclass(frozen=True, slots=True)
class Tools:
    """The folder that holds them, and the `nurseryd` to measure if not the one in there."""

    folder: Path
    own_nurseryd: Path | None = None

    @property
    def child(self) -> Path:
        return self.folder / "child"

    @property
    def nurseryd(self) -> Path:
        return self.own_nurseryd or self.in_venv("nurseryd", "nurseryd")

    def in_venv(self, venv: str, program: str) -> Path:
        return self.folder / venv / "bin" / program

    @property
    def pm2(self) -> Path:
        return self.folder / "pm2" / "node_modules" / ".bin" / "pm2-runtime"


def installed(program: str | Path) -> Path:
    """Where a program is; raises `NotDone`."""
    found = shutil.which(program)
    if found is None:
        raise NotDone(f"not installed: there is no {program}")
    return Path(found)


def make_child(tools: Tools) -> None:
    """Compile what the supervisors are given to run."""
    tools.folder.mkdir(parents=True, exist_ok=True)
    _run(["cc", "-O2", "-Wall", "-o", tools.child, HERE / "child.c"])


def make_peers(tools: Tools) -> None:
    """Everything that has a registry, each in a folder of its own; what is there already stays.

    nurseryd is installed as users have it, with what its lock names and nothing of the tests,
    and anew each time, since it is what changes.
    """
    make_child(tools)
    own = tools.folder / "nurseryd"
    if not tools.in_venv("nurseryd", "hypercorn").exists():
        _venv(own, "--require-hashes", "-r", ROOT / "requirements.lock")
    with TemporaryDirectory() as copy:  # so that no earlier build gets in, nor this one in the tree
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(ROOT / name, copy)
        for name in ("supervisor", "services"):
            shutil.copytree(ROOT / name, Path(copy) / name)
        _pip(own, "--no-deps", "--no-build-isolation", "--force-reinstall", copy)
    if not tools.in_venv("supervisor", "supervisord").exists():
        _venv(tools.folder / "supervisor", f"supervisor=={SUPERVISORD}", "setuptools<81")
    if not tools.in_venv("circus", "circusd").exists():
        _venv(tools.folder / "circus", f"circus=={CIRCUS}")
    if not tools.pm2.exists() and shutil.which("npm"):
        folder = tools.folder / "pm2"
        folder.mkdir(exist_ok=True)
        (folder / "package.json").write_text(json.dumps({"dependencies": {"pm2": PM2}}))
        _run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder])


def _venv(folder: Path, *requirements: str | Path) -> None:
    _run([sys.executable, "-m", "venv", "--clear", folder])
    _pip(folder, *requirements)


def _pip(venv: Path, *what: str | Path) -> None:
    pip = [venv / "bin" / "python", "-m", "pip", "install"]
    _run([*pip, "--quiet", "--disable-pip-version-check", *what])


def _run(command: Sequence[str | Path]) -> None:
    subprocess.run(list(map(str, command)), check=True)
