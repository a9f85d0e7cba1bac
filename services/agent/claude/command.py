"""How the Claude Code CLI is called for a turn. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from services.messages import Mode
from services.site.containment import ENVIRONMENTS, GIT, SECRETS

READING = ("Read", "Glob", "Grep")
WRITING = ("Edit", "Write")
SHELL = "Bash"
# The first that leaves an `@path` in an instruction as it is, instead of sending that file.
OLDEST = (2, 1, 248)


def tools(mode: Mode, scripts: Sequence[str]) -> tuple[str, ...]:
    """The names of the tools that there are in a turn, as the CLI has them."""
    if mode is not Mode.EXECUTE:
        return READING
    return (*READING, *WRITING, *((SHELL,) if scripts else ()))


def command(
    cli: Path,
    *,
    system: str,
    tools: Sequence[str],
    model: str | None,
    max_turns: int,
    budget: float | None,
    session: str,
    resume: bool,
) -> list[str]:
    """The arguments. `budget` is in US dollars, of the whole session that is resumed."""
    arguments = [
        str(cli),
        *("--output-format", "stream-json", "--input-format", "stream-json", "--verbose"),
        "--include-partial-messages",
        *("--system-prompt", system),
        # What a mode says in the prompt must not outlive its turn.
        *("--system-prompt-snapshot", "off"),
        *("--tools", ",".join(tools)),
        *("--permission-mode", "default", "--permission-prompt-tool", "stdio"),
        *("--settings", json.dumps(_settings())),
        "--setting-sources=",
        "--restricted",
        "--strict-mcp-config",
        "--disable-slash-commands",
        *("--max-turns", str(max_turns)),
    ]
    if budget is not None:
        arguments += ["--max-budget-usd", f"{max(budget, 0.0):.6f}"]
    if model:
        arguments.append(f"--model={model}")
    arguments.append(f"--resume={session}" if resume else f"--session-id={session}")
    return arguments


def new_enough(version: str) -> bool:
    """Whether a CLI of this version can be trusted with the words of a stranger."""
    try:
        numbers = tuple(int(part) for part in version.split(".")[:3])
    except ValueError:
        return False
    return numbers >= OLDEST


def _settings() -> dict[str, object]:
    """What holds whatever the permission hook says: it keeps searches out of private files, too.

    A conversation is resumed however old it is, so its transcript is not to be cleaned up.
    """
    names = (*SECRETS, *(f"{name}.*" for name in ENVIRONMENTS), GIT, f"{GIT}/**")
    private = [f"**/{name}" for name in names]
    return {
        "permissions": {
            "deny": [f"{what}({glob})" for what in ("Read", "Edit") for glob in private],
            "disableBypassPermissionsMode": "disable",
        },
        "cleanupPeriodDays": 36500,
        "autoMemoryEnabled": False,
    }
