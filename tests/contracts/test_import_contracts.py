"""Each import contract of pyproject.toml holds, and each would notice being broken."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS: list[dict[str, object]] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"][
    "importlinter"
]["contracts"]

# The contract that breaks, and what breaks it: imports added to modules, made where they are new.
VIOLATIONS = [
    ("The supervisor is layered", {"supervisor.probe": "supervisor.policy"}),
    ("The supervisor is layered", {"supervisor.log": "supervisor.socket"}),
    ("The supervisor is layered", {"supervisor.utils": "os"}),
    ("The supervisor knows no service", {"supervisor.daemon": "services.messages"}),
    ("Services stand side by side on their messages", {"services.idle": "services.hmr"}),
    ("Services stand side by side on their messages", {"services.aws": "services.messages"}),
    ("Services stand side by side on their messages", {"services.site": "services.messages"}),
    ("Services stand side by side on their messages", {"services.utils": "os"}),
    ("Services see the supervisor through their context", {"services.idle": "supervisor.runner"}),
    ("The prober is a service too", {"supervisor.health": "supervisor.runner"}),
    ("PID 1 is plain Python", {"supervisor.pid1": "trio"}),
    ("pygit2 stays in one place", {"services.workspaces": "pygit2"}),
    ("Forges are asked in one place", {"services.workspaces.remotes": "urllib3"}),
    ("Only the API is a web application", {"services.hmr": "quart"}),
    ("Only the API is a web application", {"services.hmr": "hypercorn.trio"}),
    ("The client can be taken elsewhere", {"services.client.sse": "services.messages"}),
    ("The client can be taken elsewhere", {"services.client.sse": "trio"}),
    ("Only the client is one of httpx2", {"services.hmr": "httpx2"}),
    ("AWS is asked in one place", {"services.agent": "boto3"}),
    ("AWS is asked in one place", {"services.workspaces.service": "botocore.exceptions"}),
    ("Claude Code is driven in one place", {"services.agent.turns": "claude_agent_sdk"}),
    (
        "No import cycles",
        {
            "services.workspaces.tick": "services.workspaces.tock",
            "services.workspaces.tock": "services.workspaces.tick",
        },
    ),
]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of all that import-linter reads."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in ("supervisor", "services"):
        unread = shutil.ignore_patterns("__pycache__", "starter", "node_modules")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=unread)
    return tmp_path


def add_import(tree: Path, module: str, imported: str) -> None:
    path = tree.joinpath(*module.split("."))
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    with source.open("a") as file:
        file.write(f"\nimport {imported}\n")


def verdicts(tree: Path) -> dict[str, str]:
    """What import-linter says of each contract: KEPT or BROKEN."""
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=tree,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    found = dict(re.findall(r"^(.+) (KEPT|BROKEN)\b", done.stdout, re.MULTILINE))
    assert found, done.stdout + done.stderr
    return found


def test_the_tree_keeps_every_contract(tree: Path):
    assert verdicts(tree) == {contract["name"]: "KEPT" for contract in CONTRACTS}


@pytest.mark.parametrize(("contract", "violation"), VIOLATIONS)
def test_a_violation_breaks_its_contract_and_no_other(
    tree: Path, contract: str, violation: dict[str, str]
):
    for module, imported in violation.items():
        add_import(tree, module, imported)
    broken = {name for name, verdict in verdicts(tree).items() if verdict == "BROKEN"}
    assert broken == {contract}


def test_every_contract_is_broken_once_by_these_tests():
    assert {name for name, _ in VIOLATIONS} == {contract["name"] for contract in CONTRACTS}
