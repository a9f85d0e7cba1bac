"""The types are such that a page that is built on the API compiles with them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from services.previews.node import find_node
from tests.services.client.making import FOLDER
from tests.services.previews.astro import ENVIRONMENT, NETWORK

HERE = Path(__file__).parent / "typescript"
pytestmark = pytest.mark.system


@pytest.fixture(scope="session")
def compiler(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """TypeScript, as it is locked; NURSERYD_TESTS_CACHE keeps it between runs."""
    kept = os.environ.get("NURSERYD_TESTS_CACHE")
    folder = Path(kept) / "typescript" if kept else tmp_path_factory.mktemp("typescript")
    tsc = folder / "node_modules" / "typescript" / "bin" / "tsc"
    lock = HERE / "package-lock.json"
    there = folder / "package-lock.json"
    if not tsc.is_file() or not there.is_file() or there.read_bytes() != lock.read_bytes():
        node = find_node()
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE / "package.json", folder)
        shutil.copy(lock, there)
        subprocess.run(
            [node.node, node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=folder,
            env={
                **ENVIRONMENT,
                **{name: os.environ[name] for name in NETWORK if name in os.environ},
            },
            check=True,
            capture_output=True,
            timeout=300,
        )
    return tsc


def compiled(compiler: Path, folder: Path, sample: str) -> subprocess.CompletedProcess[str]:
    """What the compiler says of a page in a folder that has the types as a package."""
    package = folder / "node_modules" / "nurseryd"
    package.mkdir(parents=True)
    shutil.copy(FOLDER / "nurseryd.d.ts", package / "index.d.ts")
    shutil.copy(HERE / "tsconfig.json", folder)
    (folder / "sample.ts").write_text(sample)
    return subprocess.run(
        [find_node().node, compiler, "--project", folder],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_page_compiles_with_the_types(compiler: Path, tmp_path: Path) -> None:
    done = compiled(compiler, tmp_path, (HERE / "sample.ts").read_text())
    assert (done.returncode, done.stdout) == (0, "")


def test_a_mistake_is_found(compiler: Path, tmp_path: Path) -> None:
    sample = 'import type { Turn } from "nurseryd"; export const turn: Turn = { id: 7 };'
    done = compiled(compiler, tmp_path, sample)
    assert done.returncode != 0
    assert "Type 'number' is not assignable to type 'string'" in done.stdout
