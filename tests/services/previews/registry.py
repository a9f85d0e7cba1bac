"""Package managers from the npm registry; where none answers, whoever needs one is skipped."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from services.previews.node import find_node
from tests.services.previews.astro import ENVIRONMENT, NETWORK

PINNED = {
    "pnpm 12": "pnpm@12.4.2",
    "pnpm 10": "pnpm@10.34.9",
    "yarn 1": "yarn@1.22.22",
    "yarn 4": "@yarnpkg/cli-dist@4.18.1",
    "bun 1": "bun@1.4.4",
}
LOCKING = {
    "npm": ["install", "--package-lock-only", "--no-audit", "--no-fund"],
    "pnpm": ["install", "--lockfile-only"],
    "yarn 1": ["install", "--no-progress", "--ignore-scripts"],
    "yarn 4": ["install", "--mode=update-lockfile"],
    "bun": ["install", "--lockfile-only"],
}


def run(command, folder, **environment):
    """Run a program that may use the network; what became of it."""
    network = {name: os.environ[name] for name in NETWORK if name in os.environ}
    return subprocess.run(
        list(map(str, command)),
        cwd=folder,
        env={**ENVIRONMENT, **network, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def npm(*words):
    node = find_node()
    return [node.node, node.npm, *words]


def installed(name: str, folder: Path) -> Path:
    """Where the programs of a package manager are, once it is installed in `folder`."""
    done = run(npm("install", "--no-audit", "--no-fund", PINNED[name]), folder)
    if done.returncode:
        pytest.skip(f"cannot have {PINNED[name]}: {done.stderr.strip()[-300:]}")
    return folder / "node_modules" / ".bin"


def lock(root: Path, name: str, program, path: str) -> None:
    """Let a package manager write the lock file of a site, and nothing else."""
    registry = run(npm("config", "get", "registry"), root).stdout.strip()
    (root / ".npmrc").write_text(f"registry={registry}\n")
    if name == "yarn 4":
        (root / "yarn.lock").touch()
        (root / ".yarnrc.yml").write_text(f'npmRegistryServer: "{registry}"\n')
    words = next(words for key, words in LOCKING.items() if name.startswith(key))
    cache = str(root.parent / "yarn")
    environment = {"YARN_ENABLE_GLOBAL_CACHE": "true", "YARN_GLOBAL_FOLDER": cache}
    done = run([*program, *words], root, PATH=path, **environment)
    if done.returncode:
        pytest.skip(f"cannot lock a site: {(done.stdout + done.stderr).strip()[-300:]}")
    subprocess.run(["rm", "-rf", "node_modules", ".yarn"], cwd=root, check=True)
