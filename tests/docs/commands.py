"""The commands that there are, and those that the documentation has somebody type."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache

import click

from supervisor.cli.nurseryctl.commands import cli as nurseryctl
from supervisor.cli.nurseryd import cli as nurseryd
from tests.docs.pages import ROOT, everything, named, rows, scripts

PROGRAMS: dict[str, click.Command] = {"nurseryd": nurseryd, "nurseryctl": nurseryctl}
SUBSTITUTED = re.compile(r"\$\(([^)]*)\)")
END = re.compile(r"[|&;<>]+")


@cache
def commands() -> dict[str, click.Command]:
    """Every command by its words, as `nurseryctl token create`."""
    return dict(_below((), PROGRAMS))


def _below(
    words: tuple[str, ...], group: dict[str, click.Command]
) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.items():
        own = (*words, name)
        yield " ".join(own), command
        if isinstance(command, click.Group):
            context = click.Context(command)
            names = command.list_commands(context)
            found = {each: command.get_command(context, each) for each in names}
            yield from _below(own, {each: one for each, one in found.items() if one})


def told() -> Iterator[tuple[str, str]]:
    """Each command of the tables that have a program at their head, and what is said of it."""
    for program in PROGRAMS:
        for cell, meaning in rows(f"`{program}`"):
            for words in named(cell):
                yield f"{program} {words}", meaning


def typed() -> Iterator[list[str]]:
    """Each command line of ours in a block or in a sentence, as words from its program on."""
    for blocks in scripts().values():
        for block in blocks:
            for line in block.replace("\\\n", " ").splitlines():
                yield from _ours(line)
    for text in named(everything()):
        yield from _ours(text)
    for text, _ in told():
        yield from _ours(text)


def _ours(line: str) -> Iterator[list[str]]:
    try:
        words = shlex.split(SUBSTITUTED.sub(r" \1 ; ", line), comments=True)
    except ValueError:  # a sentence of what somebody said, with an apostrophe
        return
    for place, word in enumerate(words):
        before = words[place - 1] if place else ""
        name = word.rpartition("/")[2]
        starts = place == 0 or before in ("exec", "sudo", "&&") or word.startswith(".venv/")
        after_container = place > 1 and "exec" in words[:place]
        if name in PROGRAMS and (starts or after_container):
            rest = words[place + 1 :]
            end = next((n for n, one in enumerate(rest) if END.fullmatch(one)), len(rest))
            yield [name, *rest[:end]]
            return


def mistake(words: list[str]) -> str | None:
    """What of a command line there is not, or None."""
    try:
        command_of(words)
    except LookupError as error:
        return str(error)
    return None


def command_of(words: list[str]) -> str:
    """Which command a line asks for, by its words; raises `LookupError` for what there is not."""
    name, command = words[0], PROGRAMS[words[0]]
    rest = iter(words[1:])
    for word in rest:
        if word.startswith("-"):
            option, given, _ = word.partition("=")
            if not _takes_value(command, option, name) or given:
                continue
            next(rest, None)
        elif isinstance(command, click.Group):
            found = command.get_command(click.Context(command), word)
            if found is None:
                raise LookupError(f"{name} has no command {word}")
            name, command = f"{name} {word}", found
    return name


def _takes_value(command: click.Command, option: str, name: str) -> bool:
    if option == "--help":
        return False
    for one in command.params:
        if isinstance(one, click.Option) and option in (*one.opts, *one.secondary_opts):
            return not (one.is_flag or one.count)
    raise LookupError(f"{name} has no {option}")


def targets() -> dict[str, str]:
    """What can be made, with what `make help` says of it."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = " ".join(re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)).split()
    said = dict(re.findall(r"^([a-z-]+):.*## (.*)$", makefile, re.MULTILINE))
    return {name: said.get(name, "") for name in phony}


def made() -> set[str]:
    """What the documentation has somebody make."""
    found: set[str] = set()
    for blocks in scripts().values():
        for block in blocks:
            for line in block.splitlines():
                found |= set(re.findall(r"(?:^|[;&] *|\$ )make (?:[A-Z]+=\S+ )*([a-z-]+)", line))
    for text in named(everything()):
        found |= set(re.findall(r"^make (?:[A-Z]+=\S+ )*([a-z-]+)", text))
    return found
