"""Which calls of tools are let through, and with what input: the rule of containment for each."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from services.site.containment import Outside, is_private, within

# The CLI's own environment has the keys that it pays with.
_CLEAN = 'env -i PATH="$PATH" HOME="$HOME" TMPDIR="$TMPDIR" LANG="$LANG"'
_ALTERNATIVES = re.compile(r"[/{},]")


def examine(
    root: Path,
    tool: str,
    given: Mapping[str, Any],
    *,
    tools: Collection[str],
    scripts: Sequence[str],
) -> dict[str, Any]:
    """The input that the call may have: its paths are those of the files that are meant, links
    followed, so that what was looked at is what is opened.

    Raises `Outside`, whose text is for the agent. Synchronous: it asks the disk.
    """
    if tool not in tools:
        raise Outside(f"cannot use {tool}: the tools are {', '.join(sorted(tools))}")
    match tool:
        case "Read" | "Edit" | "Write":
            path = given.get("file_path")
            if not isinstance(path, str):
                raise Outside(f"cannot use {tool} without a file_path")
            return {**given, "file_path": str(within(root, path))}
        case "Glob" | "Grep":
            for key in ("pattern", "glob") if tool == "Glob" else ("glob",):
                _check_pattern(given.get(key))
            path = given.get("path")
            if path is None or path == "":
                return {**given}
            return {**given, "path": str(within(root, str(path)))}
        case "Bash":
            return {"command": f"{_CLEAN} {_script(given, scripts)}", "description": "a script"}
        case _:
            raise Outside(f"cannot use {tool}: nobody says what it may do")


def state_of(given: Mapping[str, Any]) -> tuple[int, ...] | None:
    """By what a change of the file that an examined call names is known; None where it is not."""
    try:
        it = os.stat(str(given.get("file_path", "")), follow_symlinks=False)
    except OSError:
        return None
    return it.st_ino, it.st_size, it.st_mtime_ns


def _check_pattern(pattern: object) -> None:
    if pattern is None:
        return
    text = str(pattern)
    pieces = _ALTERNATIVES.split(text)
    absolute = text.startswith(("/", "~")) or re.search(r"[{,]\s*[/~]", text)
    if absolute or ".." in text or "\0" in text:
        raise Outside(f"cannot look for {text}: it leads out of the site's folder")
    if any(is_private(piece) for piece in pieces):
        raise Outside(f"cannot look for {text}: it may hold secrets, or is git's own")


def _script(given: Mapping[str, Any], scripts: Sequence[str]) -> str:
    """Exactly these words: anything beside them could be another command."""
    said = str(given.get("command")).removeprefix(f"{_CLEAN} ")
    for name in scripts:
        if said == f"npm run {name}" and not given.get("run_in_background"):
            return f"npm run {name}"
    allowed = ", ".join(f"npm run {name}" for name in scripts)
    raise Outside(f"cannot run {said}: what may be run is exactly {allowed}")
