"""Which files of a worktree an agent may see and change: the rule that every backend's tools keep.

It is about the file that a path leads to at this moment, links followed. What runs the tools has
to open that file, not the path that was asked for.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

GIT = ".git"
SECRETS = (".env", ".npmrc", ".netrc", ".yarnrc", ".yarnrc.yml")
_SAMPLES = (".env.example", ".env.sample", ".env.template")


class Outside(Exception):
    """An agent asked for a file that is not its own; the text says so to the agent."""


def within(root: Path, path: str) -> Path:
    """The file that `path`, absolute or relative to the worktree `root`, leads to.

    It need not exist. Raises `Outside` where it is not in the worktree, is git's own, holds
    secrets, or is no path at all. Synchronous: it asks the disk.
    """
    if not path or "\0" in path:
        raise Outside(f"cannot use {path!r} as a path: name a file of the site")
    try:
        base = root.resolve(strict=True)
        found = Path(os.path.realpath(base / path))
        relative = found.relative_to(base)
    except (OSError, ValueError, RuntimeError) as error:
        raise Outside(f"cannot use {path}: it is not inside the site's folder") from error
    if any(is_private(part) for part in relative.parts):
        raise Outside(f"cannot use {path}: it may hold secrets, or is git's own")
    try:
        kind = os.lstat(found).st_mode
    except FileNotFoundError:
        return found
    except OSError as error:
        raise Outside(f"cannot use {path}: {error.strerror}") from error
    if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
        raise Outside(f"cannot use {path}: it is no ordinary file")
    return found


def is_private(name: str) -> bool:
    """Whether a file or folder of that name is kept from the agent, wherever it is."""
    lower = name.lower()
    if lower in _SAMPLES:
        return False
    return lower == GIT or lower in SECRETS or lower.startswith(".env.")
