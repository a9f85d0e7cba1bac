"""What every service takes of processor and memory."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from supervisor.cli.nurseryctl.screen import draw
from supervisor.socket.client import Client

UNITS = ("B", "KB", "MB", "GB", "TB")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print what was measured as JSON.")
@click.option("-w", "--watch", is_flag=True, help="Go on, with every measurement.")
@click.pass_obj
def top(client: Client, as_json: bool, watch: bool) -> None:
    """Show what services take, who takes most of the processor first.

    That is measured every ten seconds. Tasks are in the process of nurseryd itself, and share its
    line, but for the programs that they run. Memory is what is resident.
    """
    drawn = watch and not as_json and sys.stdout.isatty()
    with client.usage() as samples:
        if drawn:
            draw(map(table, samples), sys.stdout)
            return
        for sample in samples:
            click.echo(json.dumps(sample) if as_json else "\n".join(table(sample)))
            if not watch:
                return


def table(sample: dict[str, Any]) -> list[str]:
    """One line a service: name, processor, memory, processes. Pure."""
    cores, taken = sample["cores"], sample["taken"]
    names = sorted(taken, key=lambda name: (-cores[name], -taken[name]["memory"], name))
    width = max((len(name) for name in names), default=0)
    return [
        f"{name:<{width}}  {100 * cores[name]:>6.1f} %  {size(taken[name]['memory']):>8}"
        f"  processes {taken[name]['processes']}"
        for name in names
    ]


def size(count: float) -> str:
    """Bytes, in units of 1024."""
    unit = 0
    while count >= 1000 and unit < len(UNITS) - 1:
        count, unit = count / 1024, unit + 1
    return f"{count:.1f} {UNITS[unit]}" if count < 10 and unit else f"{count:.0f} {UNITS[unit]}"


COMMANDS = (top,)
