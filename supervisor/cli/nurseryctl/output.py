"""What services write: logs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import Any

import click

from supervisor.ansi import harmless
from supervisor.cli.nurseryctl import naming
from supervisor.socket.client import Client

# In the order in which services are first heard; red is left for errors.
PALETTE = (
    "cyan",
    "yellow",
    "green",
    "magenta",
    "blue",
    "bright_cyan",
    "bright_yellow",
    "bright_green",
    "bright_magenta",
    "bright_blue",
)


class Prefixes:
    """A service's name in front of its lines, in a colour of its own, as wide as the widest."""

    def __init__(self) -> None:
        self._colours: dict[str, str] = {}
        self._width = 0

    def line(self, record: dict[str, Any]) -> str:
        name = record["service"]
        colour = self._colours.setdefault(name, PALETTE[len(self._colours) % len(PALETTE)])
        self._width = max(self._width, len(name))
        return click.style(f"{name:<{self._width}} | ", fg=colour) + _text(record)


def _text(record: dict[str, Any]) -> str:
    return harmless(record["text"])


@click.command()
@naming.argument(required=False)
@click.option("-f", "--follow", is_flag=True, help="Go on with the lines to come.")
@click.option(
    "-n", "--lines", type=click.IntRange(min=0), help="At most so many of those that are kept."
)
@click.option(
    "--stream", type=click.Choice(["stdout", "stderr", "log"]), help="Only what came from there."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def logs(
    client: Client,
    names: tuple[str, ...],
    follow: bool,
    lines: int | None,
    stream: str | None,
    as_json: bool,
) -> None:
    """Show what services wrote, and with none named, the daemon as well."""
    chosen = naming.names(client, names) if names else []
    prefixes = None if len(chosen) == 1 else Prefixes()
    with ExitStack() as stack:
        for record in _records(stack, client, chosen, lines, stream, follow):
            if as_json:
                click.echo(json.dumps(record))
            elif "missed" in record:
                click.echo(f"({record['missed']} lines of {record['service']} missed)", err=True)
            else:
                click.echo(prefixes.line(record) if prefixes else _text(record))
            if follow:
                sys.stdout.flush()


def _records(
    stack: ExitStack,
    client: Client,
    names: list[str],
    lines: int | None,
    stream: str | None,
    follow: bool,
) -> Iterable[dict[str, Any]]:
    if len(names) < 2:
        name = names[0] if names else None
        return stack.enter_context(client.logs(name, lines=lines, stream=stream, follow=follow))
    # Before the kept lines are read, so that none falls between the two.
    to_come = (
        stack.enter_context(client.logs(None, lines=0, stream=stream, follow=True))
        if follow
        else ()
    )
    kept: list[dict[str, Any]] = []
    for name in names:
        with client.logs(name, lines=lines, stream=stream, follow=False) as records:
            kept += records
    return _joined(kept, to_come, frozenset(names))


def _joined(
    kept: list[dict[str, Any]], to_come: Iterable[dict[str, Any]], names: frozenset[str]
) -> Iterator[dict[str, Any]]:
    """Kept lines by their time, then those to come of these services, none of them twice."""
    kept.sort(key=lambda record: record["at"])
    last = {record["service"]: (record["at"], record["sequence"]) for record in kept}
    yield from kept
    for record in to_come:
        if "missed" in record:  # we were too slow for some: there is no telling which
            if record["service"] in names:
                yield record
            continue
        at = (record["at"], record["sequence"])
        if record["service"] in names and at > last.get(record["service"], (0.0, 0)):
            yield record


COMMANDS = (logs,)
