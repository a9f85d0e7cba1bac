"""Which services are meant: names, `all`, `group:*`, `group:name` and patterns."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

import click
from click.shell_completion import CompletionItem

from supervisor.cli.nurseryctl.finding import find
from supervisor.socket.client import Client, Missing, Unreachable

ALL = "all"
WILD = frozenset("*?[")
COMPLETION_PATIENCE = 0.5  # seconds: a shell that waits for a daemon looks hung

Status = dict[str, Any]


def choose(words: Sequence[str], services: Sequence[Status]) -> list[str]:
    """The names that are meant, each once: in the order of `words`, and within a word in theirs.

    A plain name is taken as it is: it may be an instance that is yet to come. Raises `Missing`
    for a word that fits none.
    """
    chosen: dict[str, None] = {}
    for word in words:
        found = [word] if _is_plain(word) else [s["name"] for s in services if _fits(word, s)]
        if not found and word != ALL:
            raise Missing(f"cannot find a service for {word!r}; {_known(services)}")
        chosen |= dict.fromkeys(found)
    return list(chosen)


def names(client: Client, words: Sequence[str]) -> list[str]:
    """`choose`, asking the daemon only where that needs to be."""
    return choose(words, [] if all(map(_is_plain, words)) else client.services())


def only(words: Sequence[str], services: Sequence[Status]) -> list[Status]:
    """The statuses that are meant, all of them without words; raises `Missing`."""
    by_name = {service["name"]: service for service in services}
    for name in (chosen := choose(words or [ALL], services)):
        if name not in by_name:
            raise Missing(f"cannot find a service {name!r}; {_known(services)}")
    return [by_name[name] for name in by_name if name in set(chosen)]


def _known(services: Sequence[Status]) -> str:
    known = ", ".join(sorted(service["name"] for service in services))
    return f"services are {known}" if known else "there is no service"


def _is_plain(word: str) -> bool:
    return word != ALL and ":" not in word and not WILD & set(word)


def _fits(word: str, service: Status) -> bool:
    group, colon, name = word.rpartition(":")
    if colon:
        own = service["group"] or service["name"]  # as supervisord has it for one without a group
        return fnmatchcase(own, group) and fnmatchcase(service["name"], name or "*")
    return word == ALL or fnmatchcase(service["name"], word)


def complete(context: click.Context, _: click.Parameter, begun: str) -> list[CompletionItem[str]]:
    """Names for a shell's completion. Without a daemon, or one that answers at once, none."""
    socket = context.find_root().params.get("socket")
    try:
        services = Client(find(socket), COMPLETION_PATIENCE).services()
    except Unreachable:
        return []
    groups = sorted({f"{s['group']}:*" for s in services if s["group"]})
    offered = [(s["name"], s["state"]) for s in services] + [(name, "group") for name in groups]
    if services:
        offered.append((ALL, "all services"))
    return [CompletionItem(name, help=text) for name, text in offered if name.startswith(begun)]


def argument(*, required: bool) -> Any:
    """The decorator for NAME…"""
    return click.argument(
        "names",
        metavar="NAME..." if required else "[NAME]...",
        nargs=-1,
        required=required,
        shell_complete=complete,
    )
