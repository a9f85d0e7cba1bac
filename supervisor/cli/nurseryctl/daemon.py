"""The daemon as a whole: reload, diff, explain, health, metrics, version, shutdown."""

from __future__ import annotations

import json
import time
from functools import partial

import click

from supervisor import toml
from supervisor.cli.nurseryctl import naming
from supervisor.cli.nurseryctl.probing import LEVELS, TIMEOUT, Asked, in_words, probe
from supervisor.cli.nurseryctl.table import differences, table
from supervisor.socket.client import Client


@click.command()
@naming.argument(required=False)
@click.option("--dry-run", is_flag=True, help="Only say what would change, as 'diff' does.")
@click.option("--json", "as_json", is_flag=True, help="Print the differences as JSON.")
@click.pass_obj
def reload(client: Client, names: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Read the configuration again and make it so, or so much of it as is named.

    With what is named comes what is new and it needs. A configuration with a problem changes
    nothing.
    """
    chosen = _chosen(client, names)
    if not dry_run:
        _show(client.reload(chosen), as_json=as_json)
    else:
        _show(_of(chosen, client.diff()), as_json=as_json)


@click.command()
@naming.argument(required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the differences as JSON.")
@click.pass_obj
def diff(client: Client, names: tuple[str, ...], as_json: bool) -> None:
    """Show what a reload would change."""
    _show(_of(_chosen(client, names), client.diff()), as_json=as_json)


def _chosen(client: Client, words: tuple[str, ...]) -> tuple[str, ...]:
    """The names that are meant; nothing for all, among which is what the file adds."""
    return () if naming.ALL in words else tuple(naming.names(client, words))


def _of(names: tuple[str, ...], found: list[dict[str, object]]) -> list[dict[str, object]]:
    return [one for one in found if not names or one["service"] in names]


def _show(found: list[dict[str, object]], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(found, indent=2))
    else:
        click.echo("\n".join(differences(found)) or "nothing changes")


@click.command()
@click.argument("name", shell_complete=naming.complete)
@click.option("--json", "as_json", is_flag=True, help="Print both as JSON.")
@click.pass_obj
def explain(client: Client, name: str, as_json: bool) -> None:
    """Show how a service is, and what is declared of it, as it is in force.

    Where each value comes from is said by 'nurseryd explain'.
    """
    spec, service = client.spec(name), client.service(name)
    if as_json:
        click.echo(json.dumps({"service": service, "spec": spec}, indent=2))
        return
    for line in table([service], time.time()):
        click.echo(line)
    click.echo()
    declared = {key: it for key, it in spec.items() if key != "name" and it not in ([], {})}
    click.echo(toml.table(("service", name), declared))


@click.command()
@click.option(
    "--level",
    type=click.Choice(LEVELS),
    default="ready",
    show_default=True,
    help="Whether it works at all, or whether all is there that requests need.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=TIMEOUT,
    show_default=True,
    help="Seconds.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_obj
def health(client: Client, level: str, timeout: float, as_json: bool) -> int:
    """Say in one line whether all is well: exit status 0, or else 1, whatever the reason.

    That is what a HEALTHCHECK of Docker and the health check of an ECS task want.
    """
    said = partial(json.dumps, indent=2) if as_json else in_words
    return probe(Asked(client.path, level, timeout), said)


@click.command()
@click.pass_obj
def metrics(client: Client) -> None:
    """Print the metrics, in the text format of Prometheus."""
    click.echo(client.metrics(), nl=False)


@click.command()
@click.pass_obj
def version(client: Client) -> None:
    """Print the versions of this command and of the daemon."""
    from importlib import metadata

    click.echo(f"nurseryctl {metadata.version('nurseryd')}")
    it = client.daemon()
    click.echo(f"nurseryd {it['version']}  pid {it['pid']}  {it['state']}  {it['config']}")


@click.command()
@click.option("--again", is_flag=True, help="And then begin anew.")
@click.pass_obj
def shutdown(client: Client, again: bool) -> None:
    """Stop everything in reverse order and end the daemon."""
    client.shutdown("asked by nurseryctl", again=again)


COMMANDS = (reload, diff, explain, health, metrics, version, shutdown)
