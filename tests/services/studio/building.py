"""What `services/studio` ships, made of its TypeScript: `python -m` this makes it anew."""

from __future__ import annotations

import fcntl
import os
import subprocess
from pathlib import Path

import services
from services.previews.node import find_node
from tests.services.previews.astro import ENVIRONMENT, NETWORK

STUDIO = Path(services.__path__[0]) / "studio"
BUILT = STUDIO / "built"
MODULES = STUDIO / "node_modules"
LOCK = "package-lock.json"


def install() -> None:
    """See to it that what the lock file names is in `node_modules`."""
    with (STUDIO / LOCK).open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # two processes of tests would empty one folder
        _install(file.read())


def _install(lock: bytes) -> None:
    stamp = MODULES / ".as-locked"
    if stamp.is_file() and stamp.read_bytes() == lock:
        return
    node = find_node()
    network = {name: os.environ[name] for name in NETWORK if name in os.environ}
    subprocess.run(
        [node.node, node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=STUDIO,
        env={**ENVIRONMENT, **network},
        check=True,
        capture_output=True,
        timeout=300,
    )
    stamp.write_bytes(lock)


def run(program: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a program of the packages, from their `bin` in `node_modules`."""
    install()
    return subprocess.run(
        [find_node().node, MODULES / ".bin" / program, *words],
        cwd=STUDIO,
        env={**ENVIRONMENT, "NODE_ENV": "production"},
        capture_output=True,
        text=True,
        check=False,
    )


def build(folder: Path) -> None:
    """Build into a folder, which is emptied before."""
    done = run("vite", "build", "--outDir", folder, "--emptyOutDir")
    assert done.returncode == 0, done.stdout + done.stderr


if __name__ == "__main__":
    build(BUILT)
