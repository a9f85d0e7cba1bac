"""`nurseryctl`: ask a running daemon what is so, and tell it what to do."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import click

from supervisor.socket.client import Client, Missing, Rejected, Unreachable

# Where a daemon may listen: a project's own first, then the container's.
PLACES = (".nurseryd/nurseryd.sock", "/run/nurseryd.sock")
COLOURS = {"RUNNING": "green", "FATAL": "red", "BACKOFF": "yellow"}

# Exit statuses, as supervisorctl has them: 3 for a service that is not up, 4 where nobody knows.
NOT_RUNNING = 3
UNKNOWN = 4


@click.group()
@click.option(
    "-s",
    "--socket",
    envvar="NURSERYD_SOCKET",
    help=f"The daemon's control socket. Default: {' or '.join(PLACES)}.",
)
@click.version_option(package_name="nurseryd")
@click.pass_context
def cli(context: click.Context, socket: str | None) -> None:
    """Control a running nurseryd."""
    path = socket or next((place for place in PLACES if os.path.exists(place)), PLACES[-1])
    context.obj = Client(path)


@cli.command()
@click.argument("names", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print the statuses as JSON.")
@click.pass_obj
def status(client: Client, names: tuple[str, ...], as_json: bool) -> int:
    """Show services; exit status 3 when one of them is not RUNNING, or has not completed."""
    services = client.services()
    known = {service["name"] for service in services}
    for name in names:
        if name not in known:
            raise Missing(
                f"cannot find a service {name!r}; services are {', '.join(sorted(known))}"
            )
    chosen = [service for service in services if not names or service["name"] in names]
    if as_json:
        click.echo(json.dumps(chosen, indent=2))
    else:
        click.echo("\n".join(table(chosen, time.time())))
    return 0 if all(_is_well(service) for service in chosen) else NOT_RUNNING


def _is_well(service: dict[str, Any]) -> bool:
    completed = service["state"] == "EXITED" and not service["failed"]
    return service["state"] == "RUNNING" or completed


def table(services: list[dict[str, Any]], now: float) -> list[str]:
    """One line a service: name, state, health, process, how long, restarts, why."""
    width = max((len(service["name"]) for service in services), default=0)
    lines: list[str] = []
    for service in services:
        state = click.style(f"{service['state']:<8}", fg=COLOURS.get(service["state"]))
        health = {True: "healthy", False: "unhealthy", None: "-"}[service["healthy"]]
        pid = f"pid {service['pid']}" if service["pid"] else "-"
        line = f"{service['name']:<{width}}  {state}  {health:<9}  {pid:<11}"
        line += f"  {age(now - service['since']):>8}"
        if service["restarts"]:
            line += f"  restarts {service['restarts']}"
        if service["next_restart"]:
            line += f"  next in {max(0.0, service['next_restart'] - now):.1f} s"
        if service["reason"]:
            line += f"  {service['reason']}"
        lines.append(line)
    return lines


def age(seconds: float) -> str:
    """A duration as a person reads it."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02}s"
    return f"{whole // 3600}h{whole % 3600 // 60:02}m"


def _verb(verb: str, help_text: str) -> None:
    @cli.command(name=verb, help=help_text)
    @click.argument("names", nargs=-1, required=True)
    @click.pass_obj
    def command(client: Client, names: tuple[str, ...]) -> int:  # pyright: ignore[reportUnusedFunction]
        reached = [client.command(verb, name) for name in names]
        click.echo("\n".join(table(reached, time.time())))
        wanted: Callable[[dict[str, Any]], bool] = _is_well if verb != "stop" else _is_down
        return 0 if all(wanted(service) for service in reached) else NOT_RUNNING


def _is_down(service: dict[str, Any]) -> bool:
    return service["state"] in ("STOPPED", "EXITED", "FATAL")


_verb("start", "Start services and wait until they are ready.")
_verb("stop", "Stop services and wait until nothing of them is left.")
_verb("restart", "Give services a new life and wait until they are ready.")


@cli.command()
@click.pass_obj
def shutdown(client: Client) -> int:
    """Stop everything in reverse order and end the daemon."""
    client.shutdown("asked by nurseryctl")
    return 0


def main() -> None:
    """Carry out the command line and exit."""
    try:
        code = cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except click.Abort:
        code = 130
    except (Unreachable, Missing) as error:
        click.echo(f"nurseryctl: {error}", err=True)
        code = UNKNOWN
    except Rejected as error:
        click.echo(f"nurseryctl: {error}", err=True)
        code = 1
    sys.exit(code or 0)
