"""The files of a configuration of supervisord's, as sections of texts.

As supervisord 4.3 reads them (`options.py`: UnhosedConfigParser and read_config): the raw parser of
the standard library with `;` and `#` as comments behind a space, where the last of two equal keys
wins; `%(here)s` is the folder of the file that it stands in, and files that are included include
nothing themselves.
"""

from __future__ import annotations

import configparser
import glob
import os
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from supervisor.supervisord.expansion import Expansion
from supervisor.supervisord.note import Note, Unreadable

HERE = "%(here)s"
KINDS = (
    "supervisord",
    "program",
    "group",
    "eventlistener",
    "fcgi-program",
    "unix_http_server",
    "inet_http_server",
    "supervisorctl",
    "rpcinterface",
    "ctlplugin",
    "include",
)


class Section(Struct, frozen=True):
    """`[kind:name]` or `[kind]`. The names of options are in small letters."""

    title: str
    options: Mapping[str, str]

    @property
    def kind(self) -> str:
        return self.title.partition(":")[0]

    @property
    def name(self) -> str:
        return self.title.partition(":")[2].strip()


class Source(Struct, frozen=True):
    """All sections, in order, with those of the included files."""

    sections: tuple[Section, ...]
    notes: tuple[Note, ...] = ()


def read(path: Path, environment: Mapping[str, str]) -> Source:
    """Read a file and what it includes; raises `Unreadable`.

    `environment` is for variables in the names of the files.
    """
    parser = configparser.RawConfigParser(inline_comment_prefixes=(";", "#"), strict=False)
    notes: list[Note] = []
    _add(parser, path)
    if parser.has_option("include", "files"):
        for pattern in _patterns(parser.get("include", "files"), environment, notes):
            found = sorted(glob.glob(os.path.join(path.absolute().parent, pattern)))
            if not found:
                notes.append(Note("include", "files", f"no file fits {pattern!r}"))
            for name in found:
                _add(parser, Path(name))
    elif parser.has_section("include"):
        notes.append(Note("include", "", "has no files", lost=True))
    sections = tuple(Section(title, dict(parser.items(title))) for title in parser.sections())
    if not any(section.kind in KINDS for section in sections):
        raise Unreadable(
            f"{path}: has no section of supervisord's, such as [program:NAME]; name another file"
        )
    return Source(sections, tuple(notes))


def _add(parser: configparser.RawConfigParser, path: Path) -> None:
    try:
        with path.open(encoding="utf-8") as file:
            parser.read_file(file, str(path))
    except OSError as error:
        raise Unreadable(f"{path}: cannot read it: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path}: cannot read it: it is no UTF-8: {error.reason}") from None
    except configparser.Error as error:
        raise Unreadable(f"{path}: cannot read it: {' '.join(str(error).split())}") from None
    for title in parser.sections():
        for key, value in parser.items(title):
            if HERE in value:
                parser.set(title, key, value.replace(HERE, str(path.absolute().parent)))


def _patterns(files: str, environment: Mapping[str, str], notes: list[Note]) -> list[str]:
    expansion = Expansion(environment)
    try:
        return expansion.resolve(expansion.expand(files)).split()
    except ValueError as error:
        notes.append(Note("include", "files", str(error), lost=True))
        return []
