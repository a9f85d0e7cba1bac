"""The wheel holds all that the packages hold, data and dot files included.

Of the studio it holds what was built, and not what that is built of. Pages for people are left out.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Generator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[2]
GIT_LS_FILES = "git ls-files -z --cached --others --exclude-standard supervisor services"
STUDIO = "services/studio/"
# Their names that are no promise of theirs are used, as in `services/api/server/quick.py`.
REACHED_INTO = ("hypercorn", "quart", "quart-trio")
PAGES = {"supervisor/README.md", "services/README.md"}
PIP_WHEEL = "wheel --no-deps --no-build-isolation --no-index --disable-pip-version-check"

pytestmark = pytest.mark.system


def sources() -> set[str]:
    """Every file of the two packages that git keeps, or would."""
    listed = subprocess.run(
        GIT_LS_FILES.split(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found = {name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()}
    shipped = (f"{STUDIO}__init__.py", f"{STUDIO}built/")
    found = {name for name in found if not name.startswith(STUDIO) or name.startswith(shipped)}
    return found - PAGES


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Generator[zipfile.ZipFile]:
    """Built from a copy, so that nothing left by an earlier build gets in."""
    tree, out = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "README.md", "LICENSE", *sources()):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tree / name)
    built = subprocess.run(
        [sys.executable, "-m", "pip", *PIP_WHEEL.split(), "--wheel-dir", str(out), str(tree)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    with zipfile.ZipFile(next(out.glob("nurseryd-*.whl"))) as archive:
        yield archive


def test_the_wheel_holds_every_source_and_nothing_else(wheel: zipfile.ZipFile):
    held = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert held == sources()


def test_the_wheel_holds_what_is_no_python(wheel: zipfile.ZipFile):
    needed = {
        "supervisor/py.typed",
        "services/py.typed",
        "services/previews/runner.mjs",
        "services/previews/runner/dev.mjs",
        "services/studio/built/index.html",
        "services/studio/built/assets/studio.js",
        "services/workspaces/starter/.gitignore",
        "services/workspaces/starter/package.json",
        "services/workspaces/starter/package-lock.json",
        "services/workspaces/starter/astro.config.mjs",
    }
    assert needed <= set(wheel.namelist())


def test_the_wheel_brings_both_commands(wheel: zipfile.ZipFile):
    (entry_points,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    commands = wheel.read(entry_points).decode()
    assert "nurseryd = supervisor.__main__:main" in commands
    assert "nurseryctl = " in commands


@pytest.mark.parametrize("name", REACHED_INTO)
def test_what_is_reached_into_comes_in_the_minor_release_that_is_locked(name: str):
    """Whoever installs without the lock gets the newest that the wheel admits."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (admitted,) = (one for one in map(Requirement, project["dependencies"]) if one.name == name)
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    (locked,) = re.findall(rf"^{name}==([^ ;]+)", lock, re.MULTILINE)
    major, minor, *_ = Version(locked).release
    assert locked in admitted.specifier
    assert f"{major}.{minor + 1}" not in admitted.specifier
