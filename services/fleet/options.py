"""The options of `nurseryctl fleet` that say where the fleet is, for any of its commands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from services.aws import outputs
from services.fleet.place import Place, commas

F = TypeVar("F", bound=Callable[..., Any])

_STACK = click.option(
    "--stack",
    envvar="NURSERYD_STACK",
    metavar="NAME",
    help="The CloudFormation stack whose outputs say all of this.",
)
_OF_ALL = (
    click.option("--cluster", metavar="NAME", help="The cluster of ECS."),
    click.option("--family", metavar="NAME", help="The task definition that editors' are made of."),
)
_OF_A_START = (
    click.option("--subnets", metavar="ID,ID", help="Where tasks run."),
    click.option("--security-group", metavar="ID", help="That of the tasks."),
    click.option("--public-ip/--no-public-ip", default=None, help="Tasks get a public address."),
)
_OF_ONE = (
    click.option("--file-system", metavar="ID", help="The EFS file system of the workspaces."),
    click.option("--listener", metavar="ARN", help="The load balancer's HTTPS listener."),
    click.option("--vpc", metavar="ID", help="The VPC, with --listener."),
    click.option("--edit-domain", metavar="DOMAIN", help="Above the editors' names."),
    click.option("--preview-domain", metavar="DOMAIN", help="Above the previews' names."),
)


def of_start(command: F) -> F:
    """All options that a start needs."""
    return _with(command, _STACK, *_OF_ALL, *_OF_A_START, *_OF_ONE)


def of_stop(command: F) -> F:
    """Those of one editor's things."""
    return _with(command, _STACK, *_OF_ALL, *_OF_ONE)


def of_list(command: F) -> F:
    """Those that say which fleet."""
    return _with(command, _STACK, *_OF_ALL, _OF_A_START[-1])


def place(stack: str | None, given: dict[str, Any]) -> Place:
    """What the stack says, but for what is given. Raises `Refused`."""
    if given.get("subnets") is not None:
        given = given | {"subnets": commas(given["subnets"])}
    told = Place.of_outputs(outputs(stack)) if stack else Place()
    return told.with_options(given)


def _with(command: F, *options: Callable[[F], F]) -> F:
    for option in reversed(options):
        command = option(command)
    return command
