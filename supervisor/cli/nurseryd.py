"""`nurseryd`: run a configuration, check it, explain it, or print the schema of any."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click
from msgspec import Struct

from supervisor import pid1
from supervisor.cli.importing import import_
from supervisor.cli.telling import as_text, complain, count, say
from supervisor.config import BAD_CONFIGURATION, Config, ConfigError, Problem, load, nearest
from supervisor.config.words import visible
from supervisor.looking import look
from supervisor.plan import Plan, plan

PLACES = ("nurseryd.toml", "/etc/nurseryd/nurseryd.toml")


def run(arguments: Sequence[str]) -> int:
    """Carry out a command line; the exit code."""
    try:
        return cli.main(list(arguments), prog_name="nurseryd", standalone_mode=False) or 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return 130


class _Chosen(Struct, frozen=True):
    """Which configuration a command is about."""

    path: Path | None
    overrides: tuple[str, ...]

    def find(self) -> Path:
        """The file that was named, or else the first of `PLACES` that is there."""
        path = self.path or next((Path(p) for p in PLACES if Path(p).exists()), None)
        if path is None:
            places = " and no ".join(PLACES)
            raise click.UsageError(f"there is no {places}; name a file with --config")
        return path

    def load(self, file: Path | None, overrides: tuple[str, ...]) -> Config:
        return load(file or self.find(), os.environ, (*self.overrides, *overrides))


_set = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Override a key, as service.web.stop_timeout=3. May be given several times.",
)
_file = click.argument("file", type=click.Path(path_type=Path), required=False)


@click.group(invoke_without_command=True)
@click.option(
    "-c",
    "--config",
    "path",
    type=click.Path(path_type=Path),
    envvar="NURSERYD_CONFIG",
    help=f"The TOML file. Default: {' or '.join(PLACES)}.",
)
@_set
@click.version_option(package_name="nurseryd")
@click.pass_context
def cli(context: click.Context, path: Path | None, overrides: tuple[str, ...]) -> int | None:
    """Supervise the services that a TOML file declares, as PID 1 or anywhere else."""
    context.color = False if os.environ.get("NO_COLOR") else None  # None asks the terminal
    chosen = context.obj = _Chosen(path, overrides)
    if context.invoked_subcommand is not None:
        pid1.unblock()  # no daemon will: let an interrupt end this
        return None

    file = chosen.find()  # once: where it is gone for a moment a reload takes no other in its place
    doubts: Sequence[Problem] = ()

    def read(*, starting: bool = False) -> Plan:
        nonlocal doubts
        config = chosen.load(file, ())
        seen = look(config, os.environ, starting=starting)
        doubts = seen.doubts
        try:
            planned = plan(config)
        except ConfigError as error:
            raise ConfigError((*error.problems, *seen.obstacles)) from None
        if seen.obstacles:
            raise ConfigError(seen.obstacles)
        return planned

    try:
        planned = read(starting=True)
    except ConfigError as error:
        complain(error.problems)
        return BAD_CONFIGURATION
    from supervisor.daemon import run as run_daemon

    return run_daemon(planned, read, doubts)


cli.add_command(import_)


@cli.command()
@_file
@_set
@click.option("--strict", is_flag=True, help="Take warnings for problems.")
@click.option("--json", "as_json", is_flag=True, help="Say it for a program.")
@click.pass_obj
def check(
    chosen: _Chosen, file: Path | None, overrides: tuple[str, ...], *, strict: bool, as_json: bool
) -> int:
    """Say everything that is wrong with a configuration, or what it would do.

    Warnings are about this machine, on which nothing may start for some of them, or about what
    will hardly be meant. Exits with 2 for a problem.
    """
    from supervisor.cli.doubts import doubts
    from supervisor.cli.outline import lines, outline

    problems: Sequence[Problem] = ()
    warnings: Sequence[Problem] = ()
    outlined = None
    try:
        config = chosen.load(file, overrides)
        seen = look(config, os.environ)
        warnings = [*doubts(config), *seen.obstacles, *seen.doubts]
        outlined = outline(config, plan(config)).without(config.secrets)
    except ConfigError as error:
        problems = error.problems
    fails = bool(problems) or (strict and bool(warnings))
    if as_json:
        told = {"ok": not fails, "problems": problems, "warnings": warnings, "plan": outlined}
        click.echo(as_text(told))
        return BAD_CONFIGURATION if fails else 0
    say("warning", "yellow", warnings)
    if outlined is None:
        complain(problems)
    else:
        for line in lines(outlined):
            click.echo(visible(line))
    if fails and not problems:
        click.echo(f"{count(len(warnings), 'warning')}, and --strict", err=True)
    return BAD_CONFIGURATION if fails else 0


@cli.command()
@click.argument("service")
@_file
@_set
@click.option("--all", "defaults", is_flag=True, help="Show what has its default, too.")
@click.pass_obj
def explain(
    chosen: _Chosen, service: str, file: Path | None, overrides: tuple[str, ...], *, defaults: bool
) -> int:
    """Show each key of a service, its value, and where that comes from."""
    from supervisor.cli.explanation import lines
    from supervisor.template import template_of

    try:
        config = chosen.load(file, overrides)
    except ConfigError as error:
        complain(error.problems)
        return BAD_CONFIGURATION
    specs = {spec.name: spec for spec in config.services}
    spec = specs.get(service) or specs.get(template_of(service) or "")
    if spec is not None:
        for line in lines(config, spec, defaults=defaults):
            click.echo(visible(line))
    elif service not in config.names:
        raise click.UsageError(f"there is no service {service!r}{nearest(service, specs)}")
    try:
        plan(config)
    except ConfigError as error:
        complain(error.problems)
        return BAD_CONFIGURATION
    return 0


@cli.command()
def schema() -> None:
    """Print the JSON Schema of a configuration file, for editors.

    Its first line then names the file: #:schema ./nurseryd.schema.json
    """
    from supervisor.config.schema import schema

    click.echo(as_text(schema()))
