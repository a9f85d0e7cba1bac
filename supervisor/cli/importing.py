"""`nurseryd import`: the TOML for a configuration of supervisord's."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from supervisor import pid1
from supervisor.config import BAD_CONFIGURATION

if TYPE_CHECKING:
    from supervisor.supervisord.note import Note

LEFT_OUT = 1


@click.command("import")
@click.argument("file", metavar="SUPERVISORD_CONF", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Default: standard output.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@click.option("--accept", is_flag=True, help="Exit with 0 although something was left out.")
def import_(file: Path, output: Path | None, force: bool, accept: bool) -> int:
    """Write the TOML for a supervisord.conf, and say what is different.

    Exit status 1 when something was left out, 2 when the file cannot be read.
    """
    pid1.unblock()  # no daemon will: let an interrupt end this
    # Here, since every start of the daemon would pay for it.
    from supervisor.supervisord.note import Unreadable
    from supervisor.supervisord.reading import read
    from supervisor.supervisord.translation import translate
    from supervisor.supervisord.writing import write

    try:
        found = translate(read(file, os.environ), os.environ)
    except Unreadable as error:
        click.echo(str(error), err=True)
        return BAD_CONFIGURATION
    if complaint := _put(write(found, str(file)), output, force=force):
        click.echo(complaint, err=True)
        return BAD_CONFIGURATION
    for line in _listed(found.notes):
        click.echo(f"{file}: {line}", err=True)
    click.echo(f"{_counted(len(found.services), 'service')}; {found.lost} left out", err=True)
    return LEFT_OUT if found.lost and not accept else 0


def _listed(notes: Iterable[Note]) -> list[str]:
    """The same of several sections in one line."""
    sections: dict[Note, list[str]] = {}
    for note in notes:
        sections.setdefault(replace(note, section=""), []).append(note.section)
    return [str(replace(note, section="], [".join(names))) for note, names in sections.items()]


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _put(text: str, output: Path | None, *, force: bool) -> str | None:
    """Write it; the complaint where it cannot be."""
    if output is None:
        click.echo(text, nl=False)
        return None
    try:
        with output.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return f"cannot write {output}: it is there; write over it with --force"
    except OSError as error:
        return f"cannot write {output}: {error.strerror}; name another file with --output"
    return None
