"""The files of a configuration: which there are, and each as nodes."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path as FilePath
from typing import Any, cast

from supervisor.config.origin import Document, Node, Origin, Source
from supervisor.config.path import Path
from supervisor.config.problem import ConfigError, Problem

DEPTH = 50  # tables and lists in one another: more than a person writes, less than Python's stack
BITS = range(-(2**63), 2**63)  # what TOML calls an integer
PLACE = re.compile(r"\(at line (\d+), column \d+\)")
WILD = re.compile(r"[*?\[]")


def read(path: str, source: Source = Source.FILE) -> Node:
    """A file as nodes; raises `ConfigError` where it cannot be read or is no TOML."""
    try:
        text = FilePath(path).read_bytes().decode("utf-8-sig")
        data = tomllib.loads(text)
    except OSError as error:
        raise ConfigError([Problem(path, "", "", f"cannot read it: {error.strerror}")]) from None
    # Not only TOML's own errors: a number of thousands of digits is a ValueError of Python's.
    except (ValueError, RecursionError) as error:
        line = int(found[1]) if (found := PLACE.search(str(error))) else None
        raise ConfigError([Problem(path, "", "", f"is not TOML: {error}", line)]) from None
    document = Document(path, source, text)
    try:
        return nodes(data, document)
    except ValueError as error:
        raise ConfigError([Problem(path, "", "", f"cannot take it: {error}")]) from None


def nodes(value: Any, document: Document, path: Path = ()) -> Node:
    """A value of `tomllib` with its origins; raises ValueError for one that is out of bounds."""
    if len(path) > DEPTH:
        raise ValueError(f"tables within tables, more than {DEPTH} deep")
    if isinstance(value, int) and value not in BITS:
        raise ValueError("a whole number of more than 64 bits")
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value).items()
        value = {key: nodes(item, document, (*path, key)) for key, item in items}
    elif isinstance(value, list):
        items = enumerate(cast("list[Any]", value))
        value = [nodes(item, document, (*path, place)) for place, item in items]
    return Node(value, Origin(document, path))


def included(pattern: str, beside: str) -> list[str]:
    """The files that a pattern means, sorted; relative ones start at the folder of `beside`.

    Raises `FileNotFoundError` for one without wildcards that is not there: it is a name. Raises
    other OSErrors where it cannot look, but below a `**`, which takes what it can see.
    """
    folder, parts = os.path.dirname(beside), FilePath(pattern).parts
    if "**" in parts:
        import glob  # not every configuration has includes

        names = glob.iglob(pattern, root_dir=folder or None, recursive=True)
        found = (os.path.join(folder, name) for name in names)
    else:
        found = _matching(folder, parts)
    files = sorted(path for path in found if _is_to_be_read(path))
    if not files and not WILD.search(pattern):
        raise FileNotFoundError(f"there is no file {os.path.join(folder, pattern)}")
    return files


def _matching(folder: str, parts: Sequence[str]) -> Iterator[str]:
    """What a pattern means, there or not. `glob` would take a folder that cannot be looked at for
    an empty one, and a reload would then stop all that its files declare.
    """
    if not parts:
        yield folder
        return
    part, *below = parts
    names = [part]
    if WILD.search(part):
        from fnmatch import filter as matching

        try:
            listed = os.listdir(folder or ".")
        except (FileNotFoundError, NotADirectoryError):
            return
        names = matching((name for name in listed if part[0] == "." or name[0] != "."), part)
    for name in names:
        yield from _matching(os.path.join(folder, name), below)


def _is_to_be_read(path: str) -> bool:
    """Whether it is a file, or a link to none: whoever reads that says what is wrong with it."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return os.path.islink(path)


def drop_ins(path: str) -> Iterator[str]:
    """`FILE.d/*.toml`, in the order of their names; raises OSError where it cannot look."""
    folder = f"{path}.d"
    try:
        names = sorted(os.listdir(folder))
    except FileNotFoundError:
        return
    yield from (
        os.path.join(folder, name)
        for name in names
        if name.endswith(".toml") and not name.startswith(".")
    )
