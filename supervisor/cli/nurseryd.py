"""`nurseryd`: run a configuration, or check it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from supervisor import pid1
from supervisor.cli.importing import import_
from supervisor.config import BAD_CONFIGURATION, ConfigError, load
from supervisor.plan import Plan, plan

PLACES = ("nurseryd.toml", "/etc/nurseryd/nurseryd.toml")


def run(arguments: Sequence[str]) -> int:
    """Carry out a command line; the exit code."""
    try:
        return _group.main(list(arguments), prog_name="nurseryd", standalone_mode=False) or 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return 130


@click.group(invoke_without_command=True)
@click.option(
    "-c",
    "--config",
    "path",
    type=click.Path(path_type=Path),
    envvar="NURSERYD_CONFIG",
    help=f"The TOML file. Default: {' or '.join(PLACES)}.",
)
@click.version_option(package_name="nurseryd")
@click.pass_context
def _group(context: click.Context, path: Path | None) -> int | None:
    """Supervise the services that a TOML file declares, as PID 1 or anywhere else."""
    context.obj = path
    if context.invoked_subcommand is not None:
        return None
    planned = _plan(path)
    if planned is None:
        return BAD_CONFIGURATION
    from supervisor.daemon import run as run_daemon

    return run_daemon(planned)


_group.add_command(import_)


@_group.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.pass_obj
def check(path: Path | None, file: Path | None) -> int:
    """Say everything that is wrong with a configuration, or what it would do."""
    pid1.unblock()  # no daemon will: let an interrupt end this
    planned = _plan(file or path)
    if planned is None:
        return BAD_CONFIGURATION
    click.echo("\n".join(describe(planned)))
    return 0


def _plan(path: Path | None) -> Plan | None:
    path = path or next((Path(p) for p in PLACES if Path(p).exists()), None)
    if path is None:
        raise click.UsageError(f"there is no {' and no '.join(PLACES)}; name a file with --config")
    try:
        return plan(load(path))
    except ConfigError as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        number = len(error.problems)
        click.echo(f"{number} problem{'s' if number > 1 else ''}; nothing was started", err=True)
        return None


def describe(planned: Plan) -> list[str]:
    """What a plan would do: start order, templates, channels, checks, the worst-case stop."""
    lines = ["start order:"]
    for number, service in enumerate(planned.services, 1):
        spec = service.spec
        follows = f" after {', '.join(spec.follows)}" if spec.follows else ""
        essential = ", essential" if spec.essential else ""
        lines.append(f"  {number:2} {spec.name} ({spec.kind}{essential}){follows}")
    if planned.templates:
        lines += ["templates:", *(f"     {spec.name}" for spec in planned.templates)]
    if planned.channels:
        lines.append("channels:")
        for name, channel in planned.channels.items():
            write, read = channel.pattern
            ends = f"{', '.join(channel.writers)} {write}, {', '.join(channel.readers)} {read}"
            lines.append(f"     {name}: {ends}")
    if planned.checks:
        lines.append("checks:")
        for one in planned.checks:
            what = one.http or one.tcp
            lines.append(f"     {one.name}: {one.service} by {what} every {one.period:g} s")
    limit = planned.settings.shutdown_timeout
    lines.append(f"worst-case stop: {planned.worst_stop:g} s of {limit:g} s")
    return lines
