"""What is done to services: start, stop, restart, signal, write, clear, remove."""

from __future__ import annotations

import os
import signal as signals
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import click

from supervisor.cli.nurseryctl import naming
from supervisor.cli.nurseryctl.status import NOT_AS_ASKED, REFUSED, UNKNOWN
from supervisor.cli.nurseryctl.table import table
from supervisor.cli.nurseryctl.together import each
from supervisor.socket.client import Client, Missing, Rejected

CHUNK = 64 * 1024


def is_well(service: dict[str, Any]) -> bool:
    completed = service["state"] == "EXITED" and not service["failed"]
    return service["state"] == "RUNNING" or completed


def _is_down(service: dict[str, Any]) -> bool:
    return service["state"] in ("STOPPED", "EXITED", "FATAL")


def _verb(verb: str, help_text: str) -> click.Command:
    @click.command(name=verb, help=help_text)
    @naming.argument(required=True)
    @click.pass_obj
    def command(client: Client, names: tuple[str, ...]) -> int:
        chosen = naming.names(client, names)
        # Those that come later in the start order may need the others until they have gone.
        workers = 1 if verb == "stop" else None
        if verb == "stop" and chosen != list(names):
            chosen.reverse()
        done = each(lambda name: client.command(verb, name), chosen, workers)
        reached = [answer for _, answer in done if isinstance(answer, dict)]
        if reached:
            click.echo("\n".join(table(reached, time.time())))
        if refused := _say_refusals(done):
            return refused
        wanted: Callable[[dict[str, Any]], bool] = _is_down if verb == "stop" else is_well
        return 0 if all(map(wanted, reached)) else NOT_AS_ASKED

    return command


def _say_refusals(done: Sequence[tuple[str, object]]) -> int:
    """Each in a line of its own; the exit status of the worst."""
    refusals = [answer for _, answer in done if isinstance(answer, Rejected)]
    for refusal in refusals:
        click.echo(f"nurseryctl: {refusal}", err=True)
    if any(isinstance(refusal, Missing) for refusal in refusals):
        return UNKNOWN
    return REFUSED if refusals else 0


def _signal_name(_: click.Context, __: click.Parameter, value: str) -> str:
    """HUP, SIGHUP, hup or 1, as the daemon wants it."""
    try:
        if value.isdecimal():
            return signals.Signals(int(value)).name.removeprefix("SIG")
        return signals.Signals[f"SIG{value.upper().removeprefix('SIG')}"].name.removeprefix("SIG")
    except (KeyError, ValueError):
        raise click.BadParameter(f"{value!r} is no signal; 'kill -l' lists them") from None


@click.command()
@click.argument("signal", callback=_signal_name)
@naming.argument(required=True)
@click.pass_obj
def signal(client: Client, signal: str, names: tuple[str, ...]) -> int:
    """Send SIGNAL (HUP, SIGHUP, 1) to the processes of services, and to them alone."""
    return _say_refusals(
        each(lambda name: client.signal(name, signal), naming.names(client, names), 1)
    )


@click.command()
@click.argument("name", shell_complete=naming.complete)
@click.pass_obj
def write(client: Client, name: str) -> None:
    """Write standard input to the stdin of a service, as it comes, until its end."""
    while data := os.read(sys.stdin.fileno(), CHUNK):
        client.write(name, data)


@click.command()
@naming.argument(required=True)
@click.pass_obj
def clear(client: Client, names: tuple[str, ...]) -> int:
    """Drop what is kept of the output of services, and empty their files."""
    return _say_refusals(each(client.clear, naming.names(client, names), 1))


@click.command()
@naming.argument(required=True)
@click.pass_obj
def remove(client: Client, names: tuple[str, ...]) -> int:
    """Forget stopped services until the next reload."""
    return _say_refusals(each(client.remove, naming.names(client, names), 1))


COMMANDS = (
    _verb("start", "Start services and wait until they are ready."),
    _verb("stop", "Stop services and wait until nothing of them is left."),
    _verb("restart", "Give services a new life and wait until they are ready."),
    signal,
    write,
    clear,
    remove,
)
