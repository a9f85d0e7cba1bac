"""The files of a worktree, read and written without ever leaving it. Synchronous: use a thread."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path, PurePosixPath

from services.agent import files as whole
from services.agent.simulation.site import Change, Site
from services.site.containment import Outside

_TEXT = re.compile(
    r".*\.(?:astro|css|html|jsx?|json|mdx?|mjs|scss|svelte|svg|toml|tsx?|txt|vue|ya?ml)", re.DOTALL
)
LARGEST = 512 * 1024
"""Bytes; a larger file is nothing that a sentence edits."""

MOST = 5000
"""Files; what is beyond them in a worktree is not looked at."""

_SKIPPED = frozenset({"node_modules", "dist"})


class Unsafe(Exception):
    """A path that leads out of the worktree, or to what is not the site's."""


def read_site(root: Path) -> Site:
    """The site's files as they are; links, hidden files and what is built are left out.

    Raises `OSError` where `root` cannot be listed.
    """
    files: dict[str, str] = {}
    others: set[str] = set()
    for folder, folders, names in os.walk(root, onerror=_fail):
        folders[:] = sorted(name for name in folders if not _hidden(name))
        for name in sorted(names):
            path = Path(folder, name)
            if _hidden(name) or len(files) + len(others) >= MOST:
                continue
            relative = path.relative_to(root).as_posix()
            text = _text(path)
            if text is None:
                others.add(relative)
            else:
                files[relative] = text
    return Site(files, frozenset(others))


def write(root: Path, change: Change) -> None:
    """Carry out one change; the file is whole at every moment, and keeps its mode and newlines.

    Raises `Unsafe` for a path outside of the site, `OSError` where the system refuses.
    """
    _safe(root, change.path)
    try:
        if change.text is None:
            whole.delete(root, change.path)
        else:
            whole.write(root, change.path, change.text)
    except Outside as error:
        raise Unsafe(str(error)) from error


def _fail(error: OSError) -> None:
    raise error


def _hidden(name: str) -> bool:
    return name.startswith(".") or name in _SKIPPED


def _text(path: Path) -> str | None:
    """The text of an ordinary file; None for a link, a large file or one that is no text."""
    status = path.lstat()
    ordinary = stat.S_ISREG(status.st_mode) and status.st_size <= LARGEST
    if not ordinary or not _TEXT.fullmatch(path.name):
        return None
    try:
        text = path.read_bytes().decode()
    except UnicodeDecodeError:
        return None
    return text.replace("\r\n", "\n")


def _safe(root: Path, relative: str) -> None:
    """Raises `Unsafe` if a part of the path is hidden, goes up or is a link."""
    parts = PurePosixPath(relative).parts
    if not parts or relative.startswith("/") or any(_hidden(part) for part in parts):
        raise Unsafe(f"cannot touch {relative}: it is not one of the site's files")
    path = root
    for part in parts:
        path = path / part
        if path.is_symlink():
            raise Unsafe(f"cannot touch {relative}: {part} is a link to somewhere else")
