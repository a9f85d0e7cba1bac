"""How `nurseryd` says things: problems in colour on a terminal, and JSON that any reader takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click
import msgspec

from supervisor.config import Problem
from supervisor.config.words import visible
from supervisor.texts import each_text


def complain(problems: Sequence[Problem]) -> None:
    """Say why nothing can be started."""
    say("", "red", problems)
    click.echo(f"{count(len(problems), 'problem')}; nothing was started", err=True)


def say(what: str, colour: str, problems: Sequence[Problem]) -> None:
    for problem in problems:
        text = f"{what}: {problem.told}" if what else problem.told
        click.echo(f"{problem.place}: {click.style(text, fg=colour)}", err=True)


def count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def as_text(value: Any) -> str:
    """A value as JSON, with halves of characters escaped."""
    return msgspec.json.format(msgspec.json.encode(each_text(value, visible))).decode()
