"""The last layer: single keys, set by variables of the environment or on the command line.

`NURSERYD__SERVICE__WEB__STOP_TIMEOUT=3` and `--set service.web.stop_timeout=3` say the same. The
parts of a variable's name are told apart by two underscores. A part is the name that is spelled
so, or else the only one that is when letters become capitals and all but letters and digits become
underscores, since a shell takes no other names: `my-app` is MY_APP, `astro@` is ASTRO. Where any
key may stand (environment, options), it is taken as it is spelled.

A value is TOML where it can be read as such, and a text where not.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from supervisor.config.files import nodes
from supervisor.config.origin import Document, Node, Origin, Source
from supervisor.config.path import Path, label
from supervisor.config.problem import ConfigError, Problem
from supervisor.config.shape import NAMED, File, keys_of, structs, values_of
from supervisor.config.words import nearest

PREFIX = "NURSERYD__"
BETWEEN = re.compile(r"(_{2,})")
PART = re.compile(r"""\s*("(?:[^"\\]|\\.)*"|'[^']*'|[^.="'\s]+)\s*(\.|=|$)""")


class Override(Struct, frozen=True):
    """`parts` are the parts of its key, each but the last followed by what was between them."""

    name: str  # as problems and explanations call it
    parts: tuple[str, ...]
    text: str
    source: Source


def overriding(names: Iterable[str]) -> Iterator[str]:
    """The variables that are the daemon's own configuration, and none of its children's."""
    return (name for name in names if name.startswith(PREFIX))


def from_environment(environment: Mapping[str, str]) -> list[Override]:
    """In the order of their names, so that a whole table comes before a key of it."""
    return [
        Override(
            name,
            tuple(BETWEEN.split(name.removeprefix(PREFIX))),
            environment[name],
            Source.ENVIRONMENT,
        )
        for name in sorted(overriding(environment))
    ]


def from_option(text: str) -> Override:
    """What `--set` got: `service."my.app".stop_timeout=3`; raises `ConfigError`."""
    parts: list[str] = []
    end, mark = 0, "."
    while mark == "." and (found := PART.match(text, end)):
        part, mark = found.groups()
        parts += [part[1:-1] if part[0] in "\"'" else part, mark]
        end = found.end()
    name = f"--set {''.join(parts[:-1]) or text}"
    override = Override(name, tuple(parts[:-1]), text[end:], Source.OPTION)
    if mark != "=":
        raise _refusal(override, "cannot set it: write it as service.NAME.KEY=VALUE")
    return override


def layer(override: Override, tree: Node) -> tuple[Path, Node]:
    """Where an override belongs in the tree of the other layers, and its value.

    Raises `ConfigError` where it hits nothing that is there.
    """
    path: list[str] = []
    kind: Any = File
    found: Node | None = tree
    parts = override.parts
    while parts:
        there: dict[str, Node] = found.table if found else {}
        if _is_open(kind, path):
            # DJANGO__DEBUG is one name where names are all that there can be.
            whole = override.source is Source.ENVIRONMENT and _is_scalar(values_of(kind))
            key, parts = ("".join(parts), ()) if whole else (parts[0], parts[2:])
        else:
            key, parts = _match(parts[0], _known(kind, there), path, override), parts[2:]
        kind = next((keys_of(c)[key] for c in structs(kind) if key in keys_of(c)), values_of(kind))
        found = there.get(key)
        path.append(key)
    if len(path) < (3 if path[0] in NAMED else 2):
        raise _refusal(override, "cannot set a whole table: name a key in it")
    if path[:2] == ["supervisor", "include"]:
        raise _refusal(override, "cannot include from here: name the file in a file's include")
    try:
        value = nodes(_value(override.text), Document(override.name, override.source))
    except ValueError as error:
        raise _refusal(override, f"cannot take it: {error}") from None
    value.written = override.text
    return tuple(path), value


def wrapped(path: Path, value: Node) -> Node:
    """A tree that holds nothing but this value."""
    for key in reversed(path):
        value = Node({key: value}, Origin(value.origin.document))
    return value


def _is_open(kind: Any, path: list[str]) -> bool:
    """Whether any key may stand here, and not only one of those there are."""
    return values_of(kind) is not None and not (len(path) == 1 and path[0] in NAMED)


def _is_scalar(kind: Any) -> bool:
    return not structs(kind) and values_of(kind) is None


def _known(kind: Any, there: Iterable[str]) -> set[str]:
    found = structs(kind)
    return {key for cls in found for key in keys_of(cls)} if found else set(there)


def _match(part: str, known: set[str], path: list[str], override: Override) -> str:
    if part in known:
        return part
    word = part
    if override.source is Source.ENVIRONMENT:
        alike = sorted(name for name in known if _flat(name) == _flat(part))
        if len(alike) == 1:
            return alike[0]
        if alike:
            raise _refusal(override, f"{part!r} may be {' or '.join(alike)}: use --set for it")
        word = part.lower()
    where = label(tuple(path)) or "the configuration"
    raise _refusal(override, f"there is no {part!r} in {where}{nearest(word, known)}")


def _flat(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def _value(text: str) -> Any:
    try:
        data = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return data["value"] if data.keys() == {"value"} else text


def _refusal(override: Override, text: str) -> ConfigError:
    return ConfigError([Problem(override.name, "", "", text)])
