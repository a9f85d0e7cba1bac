"""`nurseryctl fleet`: an editor for each of a client's users, as tasks of Amazon ECS."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import click

from services.fleet import options
from services.fleet.endings import why
from services.fleet.fleet import Fleet
from services.fleet.listing import as_json, listed, rows, table
from services.fleet.names import Names
from services.fleet.pace import Pace
from services.fleet.push_command import push
from services.fleet.starting import Ended, Start
from services.fleet.stopping import Stopped
from services.fleet.stopping import stop as end
from services.fleet.wish import Wish
from supervisor.desk import Refused

# As those of `nurseryctl start`, `stop` and `status`.
NOT_AS_ASKED = 3
UNKNOWN = 4

START = 300.0  # seconds: an image of some hundred megabytes, and 20 s for the load balancer
STOP = 150.0  # seconds: Fargate's longest stopTimeout, and ECS's own time

# What must not be where everybody who may look at tasks can read it.
_SECRET = re.compile(r"TOKEN|SECRET|PASSWORD|API_KEY|ACCESS_KEY|PRIVATE", re.IGNORECASE)

_json = click.option("--json", "wants_json", is_flag=True, help="Print it as JSON.")


def _patience(seconds: float) -> Any:
    return click.option(
        "--timeout",
        "patience",
        type=click.FloatRange(0),
        default=seconds,
        show_default=True,
        metavar="SECONDS",
        help="How long to wait.",
    )


@click.group()
def fleet() -> None:
    """Start, list and stop editors as tasks of Amazon ECS, and push their image.

    One task for each CLIENT and USER, with a folder of the file system that no other task can see.
    Credentials and region are those of every program of AWS. Exit status 1 when AWS refuses, 3
    when an editor is not up, or not down, 4 when there is no such editor.
    """


@fleet.command()
@click.argument("client")
@click.argument("user")
@options.of_start
@click.option("--repo", metavar="URL", help="What an init without a repoUrl clones.")
@click.option("--env", "variables", multiple=True, metavar="NAME=VALUE", help="Any number of them.")
@click.option("--cpu", type=click.IntRange(256), metavar="UNITS", help="1024 are a vCPU.")
@click.option(
    "--memory", type=click.IntRange(512), metavar="MIB", help="As Fargate has it for --cpu."
)
@click.option("--spot", is_flag=True, help="On Fargate Spot: for less, and may be taken away.")
@click.option(
    "--exec",
    "execute",
    is_flag=True,
    help="Allow 'aws ecs execute-command': it takes a writable root, and ssmmessages for the role.",
)
@click.option("--wait/--no-wait", default=True, help="Wait until people can reach it.")
@_patience(START)
@_json
def start(
    client: str,
    user: str,
    stack: str | None,
    repo: str | None,
    variables: tuple[str, ...],
    cpu: int | None,
    memory: int | None,
    spot: bool,
    execute: bool,
    wait: bool,
    patience: float,
    wants_json: bool,
    **given: Any,
) -> int:
    """Start the editor of CLIENT's USER, or say that it runs, and print its addresses.

    What it lacks is made: an access point, a task definition and, where there is a load balancer,
    the way from there. --repo, --env, --cpu, --memory and --spot are for this start alone.
    """
    environment = _environment(variables, repo)
    with _telling():
        place = options.place(stack, given)
        place.need("cluster", "family", "subnets", "security_group", "file_system")
        wish = Wish(
            Names(place.fleet, client, user),
            environment,
            cpu=str(cpu or ""),
            memory=str(memory or ""),
            spot=spot,
            execute=execute,
            wait=wait,
        )
        started = Start(Fleet(place), wish, Pace(), _aside).carry_out(patience)
        [row] = rows([started.editor], public=place.public_ip)
        if wants_json:
            click.echo(json.dumps(as_json(row) | {"made": started.made, "ready": started.ready}))
        elif row.addresses is not None:
            click.echo(f"editor   {row.addresses.editor}\npreview  {row.addresses.preview}")
        if not started.ready:
            _aside(f"it is not up after {patience:.0f} s: {started.editor.state.lower()}")
        return 0 if started.ready else NOT_AS_ASKED


@fleet.command(name="list")
@click.argument("client", required=False)
@click.argument("user", required=False)
@options.of_list
@click.option("--stopped", is_flag=True, help="Those of the last hour too, and why they ended.")
@_json
def list_editors(
    client: str | None,
    user: str | None,
    stack: str | None,
    stopped: bool,
    wants_json: bool,
    **given: Any,
) -> int:
    """Show the editors, or those of CLIENT, or that of its USER."""
    with _telling():
        place = options.place(stack, given)
        place.need("cluster", "family")
        found = listed(Fleet(place), client, user, stopped=stopped)
        if wants_json:
            click.echo(json.dumps([as_json(row) for row in found], indent=2))
        elif found:
            click.echo("\n".join(table(found, time.time())))
        return 0


@fleet.command()
@click.argument("client")
@click.argument("user")
@options.of_stop
@click.option("--forget", "forgotten", is_flag=True, help="Give up all it has but its data.")
@_patience(STOP)
def stop(
    client: str, user: str, stack: str | None, forgotten: bool, patience: float, **given: Any
) -> int:
    """Stop the editor of CLIENT's USER; its data stays, and what was not committed is saved.

    Exit status 0 also for one that does not run, 3 for one that has not ended in time, 4 where
    there is no such editor.
    """
    with _telling():
        place = options.place(stack, given)
        place.need("cluster", "family", *(["file_system"] if forgotten else []))
        names = Names(place.fleet, client, user)
        ended = end(Fleet(place), names, patience, Pace(), forgotten=forgotten)
        _tell_stopped(ended, names)
        for folder in ended.folders:
            click.echo(f"its data stays in {folder} of {place.file_system}")
        if not ended.known:
            return UNKNOWN
        return 0 if ended.in_time else NOT_AS_ASKED


def _tell_stopped(ended: Stopped, names: Names) -> None:
    who = f"{names.client}/{names.user}"
    if not ended.known:
        click.echo(f"there is no editor {who}", err=True)
    elif not ended.editors:
        click.echo(f"{who} does not run")
    for editor in ended.editors:
        click.echo(f"{who} {'has ended' if editor.over else 'is ending'}: {why(editor)}")


def _environment(variables: tuple[str, ...], repo: str | None) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for one in variables:
        name, equals, value = one.partition("=")
        if not equals or not name:
            raise click.UsageError(f"--env {one}: write NAME=VALUE")
        if _SECRET.search(name):
            raise click.UsageError(
                f"--env {name}: whoever may look at tasks could read it; put it into the secret of"
                " the task definition"
            )
        found[name] = value
    if repo is not None:
        try:
            user = urlsplit(repo).username  # which may be a token
        except ValueError:
            raise click.UsageError("--repo: write a valid address") from None
        if user is not None:
            raise click.UsageError("--repo: leave the user out; GITHUB_TOKEN is for that")
        found["DEFAULT_REPO"] = repo
    return found


def _aside(text: str) -> None:
    click.echo(text, err=True)


class _NotAsAsked(click.ClickException):
    exit_code = NOT_AS_ASKED


@contextmanager
def _telling() -> Generator[None]:
    """Tell refusals as click tells its own; a task that ended is none of AWS."""
    try:
        yield
    except Ended as ended:
        raise _NotAsAsked(str(ended)) from None
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None


fleet.add_command(push)
