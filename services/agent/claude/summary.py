"""What a tool's call is about, in a few words for a person. Pure."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

LONGEST = 160  # characters

# Named alike whatever the backend is.
NAMES = {
    "Read": "read",
    "Edit": "edit",
    "Write": "write",
    "Glob": "list",
    "Grep": "search",
    "Bash": "run",
}


def name(tool: str) -> str:
    """A tool of the CLI as this product names it."""
    return NAMES.get(tool, tool)


def summary(root: Path, tool: str, given: Mapping[str, Any]) -> str:
    """What it reads, writes, looks for or runs, else its name; a path is relative to the worktree
    `root`.
    """
    match tool:
        case "Read" | "Edit" | "Write":
            text = _path(root, given.get("file_path"))
        case "Glob" | "Grep":
            where = _path(root, given.get("path"))
            text = str(given.get("pattern", "")) + (f" in {where}" if where else "")
        case "Bash":
            text = str(given.get("command", ""))
        case _:
            text = ""
    text = " ".join(text.split()) or name(tool)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _path(root: Path, given: object) -> str:
    if not isinstance(given, str) or not given:
        return ""
    inside = os.path.relpath(os.path.join(root, given), root)
    return given if inside.startswith("..") else ("" if inside == "." else inside)
