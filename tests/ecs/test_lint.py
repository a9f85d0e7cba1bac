"""The template is one that CloudFormation takes, as far as can be known without it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.ecs.stack import TEMPLATE

INLINE = 51_200  # bytes, with which `aws cloudformation deploy` needs no bucket

pytestmark = pytest.mark.system


def lint(template: Path) -> str:
    """All that cfn-lint finds, down to mere information; in its default region."""
    command = [Path(sys.executable).with_name("cfn-lint"), "--include-checks", "I", "--template"]
    found = subprocess.run(
        [*command, str(template)], cwd=template.parent, capture_output=True, text=True, timeout=120
    )
    assert (found.returncode == 0) == (found.stdout == ""), found.stderr
    return found.stdout


def test_cfn_lint_finds_nothing_and_is_told_to_look_away_nowhere() -> None:
    assert lint(TEMPLATE) == ""
    assert "cfn-lint" not in TEMPLATE.read_text(encoding="utf-8")
    assert not list(TEMPLATE.parent.glob(".cfnlintrc*"))


@pytest.mark.parametrize(
    ("right", "wrong", "rule"),
    [
        ("StopTimeout: 30", "StopTimeout: soon", "E3012"),
        ("!GetAtt FileSystem.Arn", "!GetAtt FileSystem.Name", "E1010"),
        ("ecs:RunTask]", "ecs:StartEditor]", "W3037"),
    ],
)
def test_cfn_lint_would_find(right: str, wrong: str, rule: str, tmp_path: Path) -> None:
    text = TEMPLATE.read_text(encoding="utf-8")
    assert right in text
    broken = tmp_path / "broken.yaml"
    broken.write_text(text.replace(right, wrong), encoding="utf-8")
    assert rule in lint(broken)


def test_it_is_deployed_without_a_bucket() -> None:
    assert TEMPLATE.stat().st_size < INLINE
