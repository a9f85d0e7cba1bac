"""The backend over the Claude Agent SDK, which drives the Claude Code CLI.

It needs the extra `claude`, and is imported whole on the first turn, since that takes a second.
Who pays is said in the daemon's environment: ANTHROPIC_API_KEY, or ANTHROPIC_AUTH_TOKEN with
ANTHROPIC_BASE_URL, or CLAUDE_CODE_USE_BEDROCK=1 with AWS_REGION and the task's role. A key may be
"secretsmanager:NAME_OR_ARN#KEY": it is read from AWS Secrets Manager then.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

if TYPE_CHECKING:
    from services.agent.backend import Backend
    from supervisor.context import Context

_SCRIPT = re.compile(r"[A-Za-z0-9][A-Za-z0-9:_.-]*")


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`model` is for turns that name none; without either it is the CLI's choice.

    A turn may ask the model `max_turns` times; `retries` is how often the CLI asks again where
    the API is busy. `scripts` are the npm scripts of a site that the agent may run: its code runs
    here then. `cli` is the path of another Claude Code than the one that the SDK brings.
    """

    model: str | None = None
    max_turns: Annotated[int, msgspec.Meta(ge=1)] = 60
    retries: Annotated[int, msgspec.Meta(ge=0, le=10)] = 4
    scripts: tuple[str, ...] = ()
    cli: str | None = None

    def __post_init__(self) -> None:
        for name in self.scripts:
            if not _SCRIPT.fullmatch(name):
                raise ValueError(f"cannot allow the npm script {name!r}: that is no plain name")


def make(options: Options, ctx: Context[Any]) -> Backend:
    """The backend for one life of the service that `ctx` is of."""
    from services.agent.claude.lazy import Lazy

    return Lazy(options, ctx)
