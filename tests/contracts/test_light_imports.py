"""What must start fast imports nothing heavy, whatever it imports later."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def imported_by(*modules: str) -> set[str]:
    """The top-level modules that a new interpreter holds after importing these."""
    code = (
        f"import {', '.join(modules)}, sys; print(*{{name.split('.')[0] for name in sys.modules}})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_pid_1_forks_before_anything_heavy_is_there():
    heavy = {"trio", "outcome", "msgspec", "structlog", "click", "h11", "services"}
    assert not imported_by("supervisor.__main__", "supervisor.pid1") & heavy


def faces() -> set[str]:
    """The modules that config/services.toml names as tasks."""
    services = tomllib.loads((ROOT / "config/services.toml").read_text())["service"]
    return {table["run"].partition(":")[0] for table in services.values() if "run" in table}


@pytest.mark.parametrize("module", sorted(faces()))
def test_the_face_of_a_service_is_light(module: str):
    heavy = {"quart", "quart_trio", "hypercorn", "werkzeug", "pygit2", "boto3", "botocore", "http"}
    assert not imported_by(module) & heavy


def test_aws_is_asked_without_boto3_until_somebody_asks_it():
    asking = (
        "services.aws",
        "services.workspaces.service",
        "services.agent.bedrock.backend",
        "services.fleet.command",
    )
    assert not imported_by(*asking) & {"boto3", "botocore"}


def test_the_api_serves_without_what_only_its_description_is_made_with():
    assert not imported_by("services.api.service") & {"quart_schema"}
