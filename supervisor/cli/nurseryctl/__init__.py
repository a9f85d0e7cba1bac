"""`nurseryctl`: ask a running daemon what is so, and tell it what to do."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from supervisor.cli.nurseryctl import completion, daemon, lifecycle, output, overview
from supervisor.cli.nurseryctl.extension import Commands
from supervisor.cli.nurseryctl.finding import PLACES, find
from supervisor.cli.nurseryctl.status import CLOSED_PIPE, INTERRUPTED, REFUSED, UNKNOWN
from supervisor.socket.client import Client, Missing, Rejected, Unreachable

__all__ = ["cli", "main", "run"]


class ClosedPipe(Exception):
    """Whoever read what we print has gone. click would make an exit status 1 of it."""


class _Group(Commands):
    def invoke(self, ctx: click.Context) -> object:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            raise ClosedPipe from None
        return result


@click.group(cls=_Group)
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
    if os.environ.get("NO_COLOR"):  # https://no-color.org
        context.color = False
    context.obj = Client(find(socket))


for module in (overview, lifecycle, output, daemon, completion):
    for command in module.COMMANDS:
        cli.add_command(command)


def main() -> None:
    """Carry out the command line and exit."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Carry out a command line; its exit status."""
    try:
        return cli.main(list(arguments), prog_name="nurseryctl", standalone_mode=False) or 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return INTERRUPTED
    except ClosedPipe:
        # Else the interpreter would try once more to write what is left, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED_PIPE
    except (Unreachable, Rejected) as error:
        _complain(error)
        return (
            REFUSED if isinstance(error, Rejected) and not isinstance(error, Missing) else UNKNOWN
        )


def _complain(error: Exception) -> None:
    problems = getattr(error, "problems", ())
    for problem in problems:
        where = ".".join(part for part in (problem["table"], problem["key"]) if part)
        click.echo(": ".join(filter(None, (problem["file"], where, problem["text"]))), err=True)
    number = f"{len(problems)} problem{'' if len(problems) == 1 else 's'}"
    text = f"cannot do that: {number}; mend them, nothing changed" if problems else error
    click.echo(f"nurseryctl: {text}", err=True)
