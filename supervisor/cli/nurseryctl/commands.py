"""All commands of `nurseryctl`, and what becomes of their command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from supervisor.cli.nurseryctl import completion, daemon, lifecycle, output, overview, taking
from supervisor.cli.nurseryctl.extension import Commands
from supervisor.cli.nurseryctl.finding import PLACES, find
from supervisor.cli.nurseryctl.status import INTERRUPTED, REFUSED, UNKNOWN, ClosedPipe
from supervisor.socket.client import Client, Missing, Rejected, Unreachable


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


for module in (overview, taking, lifecycle, output, daemon, completion):
    for command in module.COMMANDS:
        cli.add_command(command)


def carry_out(arguments: Sequence[str]) -> int:
    """Carry out a command line; its exit status. Raises `ClosedPipe`."""
    try:
        return cli.main(list(arguments), prog_name="nurseryctl", standalone_mode=False) or 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return INTERRUPTED
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
