"""The tools that a model is offered: their names, what they take, and which of them write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from services.agent.bedrock.messages import Call
from services.messages import Mode

_Path = Annotated[str, Meta(description="A path, relative to the site's folder.")]
_Old = Annotated[str, Meta(min_length=1, description="The text to replace, exactly as it stands.")]


class Read(Struct):
    """Read a text file. Its lines come numbered; the numbers are not part of the file."""

    path: _Path
    line: Annotated[int, Meta(ge=1, description="The first line to read.")] = 1
    lines: Annotated[int, Meta(ge=1, description="How many lines to read at most.")] = 2000


class Write(Struct):
    """Make a file, or put a new text in place of all of an existing one."""

    path: _Path
    text: Annotated[str, Meta(description="The whole text of the file.")]


class Edit(Struct):
    """Replace a text in a file. It must stand there exactly once, unless `all` is true."""

    path: _Path
    old: _Old
    new: Annotated[str, Meta(description="What takes its place; empty to remove it.")]
    all: Annotated[bool, Meta(description="Replace it wherever it stands.")] = False


class Delete(Struct):
    """Delete a file."""

    path: _Path


class List(Struct):
    """List the files of the site, without those that are built or installed."""

    path: Annotated[str, Meta(description="Only what is in this folder.")] = "."
    pattern: Annotated[
        str, Meta(max_length=200, description="Only what fits, as *.astro or src/*.md.")
    ] = "*"


class Search(Struct):
    """Search the files of the site, line by line, for a regular expression (Python's)."""

    pattern: Annotated[str, Meta(min_length=1, max_length=1000, description="What to find.")]
    path: Annotated[str, Meta(description="Only in this folder or file.")] = "."
    ignore_case: Annotated[bool, Meta(description="Take upper and lower case as one.")] = False


class GitStatus(Struct):
    """Say which files have changed since the last commit."""


class GitDiff(Struct):
    """Show what has changed since the last commit."""


class PreviewErrors(Struct):
    """Say what is wrong with the pages, after an edit, as the site's dev server sees them."""


Input = Read | Write | Edit | Delete | List | Search | GitStatus | GitDiff | PreviewErrors


@dataclass(frozen=True)
class Tool:
    input: type[Input]
    writes: bool = False


TOOLS: Mapping[str, Tool] = {
    "read": Tool(Read),
    "write": Tool(Write, writes=True),
    "edit": Tool(Edit, writes=True),
    "delete": Tool(Delete, writes=True),
    "list": Tool(List),
    "search": Tool(Search),
    "git_status": Tool(GitStatus),
    "git_diff": Tool(GitDiff),
    "preview_errors": Tool(PreviewErrors),
}


class Wrong(Exception):
    """A call that cannot be carried out; the text tells the model what to do instead."""


def offered(mode: Mode) -> list[dict[str, Any]]:
    """The tools of a mode as Bedrock's `toolSpec`."""
    return [
        {
            "name": name,
            "description": str(tool.input.__doc__),
            "inputSchema": {"json": _schema(tool.input)},
        }
        for name, tool in TOOLS.items()
        if mode is Mode.EXECUTE or not tool.writes
    ]


def asked(call: Call, mode: Mode) -> Input:
    """What a call asks for. Raises `Wrong`."""
    names = ", ".join(spec["name"] for spec in offered(mode))
    tool = TOOLS.get(call.tool)
    if tool is None:
        raise Wrong(f"There is no tool {call.tool!r}. The tools are {names}.")
    if tool.writes and mode is not Mode.EXECUTE:
        raise Wrong(f"Nothing may be changed in this turn: say what you would do. Use {names}.")
    if call.broken:
        raise Wrong("The input was no whole JSON object. Call the tool again, with less text.")
    try:
        return msgspec.convert(call.input, tool.input, strict=False)
    except msgspec.ValidationError as error:
        takes = msgspec.json.encode(_schema(tool.input)).decode()
        raise Wrong(f"{error}. Call it again; {call.tool} takes {takes}") from error


def _schema(input: type[Input]) -> dict[str, Any]:
    _, components = msgspec.json.schema_components([input])
    schema = components[input.__name__]
    return {key: schema[key] for key in ("type", "properties", "required")}
