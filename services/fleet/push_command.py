"""`nurseryctl fleet push`: bring the image to Amazon ECR."""

from __future__ import annotations

import re

import click

from services.aws import Registry, outputs
from services.fleet.engines import ENGINES, find
from services.fleet.engines import push as bring
from services.fleet.tagging import is_dirty, tags
from supervisor.desk import Refused

# ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME, as a stack's output Repository has it.
_URI = re.compile(r"\d{12}\.dkr[.-]ecr[a-z-]*\.(?P<region>[a-z0-9-]+)\.[a-z0-9.]+/(?P<name>.+)")


@click.command()
@click.argument("image", default="nurseryd:full")
@click.option("--stack", envvar="NURSERYD_STACK", metavar="NAME", help="Its output Repository.")
@click.option("--repository", metavar="NAME", help="A repository of ECR, by its name or address.")
@click.option("--create", is_flag=True, help="Make the repository if there is none.")
@click.option("--tag", default="", help="One tag in place of the image's version and revision.")
@click.option("--engine", type=click.Choice(ENGINES), help="Who has it. Default: who does.")
def push(
    image: str,
    stack: str | None,
    repository: str | None,
    create: bool,
    tag: str,
    engine: str | None,
) -> None:
    """Bring IMAGE, nurseryd:full unless told, to a repository of ECR, and print what it is there.

    Its tags are its version and its revision. Where tags are immutable, one that is there is left
    as it is, and said to be; with --tag that is an error.
    """
    try:
        _push(image, stack, repository, tag, engine, create=create)
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None


def _push(
    image: str,
    stack: str | None,
    repository: str | None,
    tag: str,
    engine: str | None,
    *,
    create: bool,
) -> None:
    local = find(image, engine)
    wanted = tags(local.labels, tag)
    asked = repository or (outputs(stack).get("Repository", "") if stack else "")
    if not asked:
        raise Refused("cannot tell where to push: give --repository, or --stack")
    region, name = _split(asked)
    registry = Registry(region)
    there = registry.repository(name, create=create)
    kept = {one for one in wanted if there.immutable and registry.has(name, one)}
    if tag in kept:
        raise Refused(
            f"cannot push: {name} has an image with the tag {tag}, and its tags are immutable, so"
            " that what runs by a tag stays what it was; give it another"
        )
    if not tag and is_dirty(local.labels):
        click.echo("built of a working tree with changes: it gets no version", err=True)
    for one in wanted:
        if one in kept:
            click.echo(f"{there.uri}:{one} is there already, and stays as it is", err=True)
        else:
            bring(local, there.host, registry.credentials(), f"{there.uri}:{one}")
            click.echo(f"{there.uri}:{one}")


def _split(repository: str) -> tuple[str | None, str]:
    """Region and name of a repository that may be given as its address."""
    address = _URI.fullmatch(repository)
    return (address["region"], address["name"]) if address else (None, repository)
