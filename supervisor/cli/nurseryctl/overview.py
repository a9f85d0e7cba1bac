"""How things are: status and events."""

from __future__ import annotations

import json
import sys
import time

import click

from supervisor.cli.nurseryctl import naming
from supervisor.cli.nurseryctl.lifecycle import is_well
from supervisor.cli.nurseryctl.status import NOT_AS_ASKED
from supervisor.cli.nurseryctl.table import change, table
from supervisor.socket.client import Client


@click.command()
@naming.argument(required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the statuses as JSON.")
@click.option("-w", "--watch", is_flag=True, help="Go on, with every change as it happens.")
@click.pass_obj
def status(client: Client, names: tuple[str, ...], as_json: bool, watch: bool) -> int:
    """Show services; exit status 3 when one of them is not RUNNING, or has not completed."""
    if watch:
        if as_json:
            raise click.UsageError("--watch is for people; for a program there is 'events --json'")
        from supervisor.cli.nurseryctl.watching import watch as watch_status

        watch_status(client, names, sys.stdout)
        return 0
    chosen = naming.only(names, client.services())
    if as_json:
        click.echo(json.dumps(chosen, indent=2))
    elif chosen:
        click.echo("\n".join(table(chosen, time.time())))
    return 0 if all(map(is_well, chosen)) else NOT_AS_ASKED


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line: first all there is.")
@click.pass_obj
def events(client: Client, as_json: bool) -> None:
    """Print every change of every service, as it happens."""
    with client.events() as records:
        for record in records:
            if as_json:
                _print(json.dumps(record))
            elif "snapshot" not in record:
                _print(change(record["before"], record["now"], time.time()))


def _print(line: str) -> None:
    click.echo(line)
    sys.stdout.flush()


COMMANDS = (status, events)
