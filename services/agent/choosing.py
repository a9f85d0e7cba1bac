"""Which backend is meant, and what it lacks to be used on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from services.agent.claude.environment import on_bedrock

if TYPE_CHECKING:
    from services.agent import Options

AUTO = "auto"
_PAY = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")


def chosen(backend: str, environment: Mapping[str, str], *, simulate: bool) -> str:
    """The backend that is meant: "auto" is Claude where somebody pays for it."""
    if simulate:
        return "simulation"
    if backend != AUTO:
        return backend
    return "claude" if _is_paid(environment) else "simulation"


def lacking(name: str, options: Options, environment: Mapping[str, str]) -> Iterator[str]:
    """What a backend needs and does not have here, each with where it would come from."""
    if name == "claude":
        if why := _program(options.claude.cli):
            yield why
        if not _is_paid(environment):
            yield (
                "claude needs a key: set ANTHROPIC_API_KEY, or ANTHROPIC_AUTH_TOKEN with"
                " ANTHROPIC_BASE_URL, or CLAUDE_CODE_USE_BEDROCK=1 with AWS_REGION"
            )
        if on_bedrock(environment) and not _has_region(environment):
            yield "claude on Amazon Bedrock needs a region: set AWS_REGION"
    elif name == "bedrock" and not (options.bedrock.region or _has_region(environment)):
        yield "bedrock needs a region: set AWS_REGION"


def _is_paid(environment: Mapping[str, str]) -> bool:
    return on_bedrock(environment) or any(environment.get(name) for name in _PAY)


def _has_region(environment: Mapping[str, str]) -> bool:
    """A file of AWS's is not read: it may well say one."""
    if environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION"):
        return True
    home = environment.get("HOME") or os.sep
    return Path(environment.get("AWS_CONFIG_FILE") or Path(home, ".aws", "config")).is_file()


def _program(cli: str | None) -> str | None:
    """Why Claude Code cannot be started here, or None."""
    found = find_spec("claude_agent_sdk")
    if found is None or found.origin is None:
        return (
            "claude is not in this installation: use the image's target full, or install nurseryd"
            " with its extra `claude`, or set AGENT_BACKEND to bedrock or simulation"
        )
    program = Path(cli) if cli else Path(found.origin).parent / "_bundled" / "claude"
    if not program.is_file():
        return f"claude needs its program, and there is no {program}: name it in claude.cli"
    return None
