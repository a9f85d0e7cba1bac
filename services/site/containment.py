"""Which files of a worktree may be seen and changed: by an agent's tools, and over HTTP.

It is about the file that a path leads to at this moment, links followed. Who then opens one has to
open that file, not the path that was asked for.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from pathlib import Path

GIT = ".git"
_SHORT_GIT = "git~1"  # on Windows
# The second is what Cloudflare's tools read in place of the first.
ENVIRONMENTS = (".env", ".dev.vars")
SECRETS = (*ENVIRONMENTS, ".envrc", ".npmrc", ".netrc", ".yarnrc", ".yarnrc.yml")
_SAMPLES = tuple(
    f"{name}.{kind}" for name in ENVIRONMENTS for kind in ("example", "sample", "template")
)


def _in_any_case(name: str) -> str:
    """A name as a pattern of git's that matches it in upper and lower case."""
    return "".join(f"[{char}{char.upper()}]" if char.isalpha() else char for char in name)


UNDECIDED = (
    *map(_in_any_case, SECRETS),
    *(f"{_in_any_case(name)}.*" for name in ENVIRONMENTS),
    *(f"!{_in_any_case(name)}" for name in _SAMPLES),
)
"""Patterns by which git ignores what may hold secrets, until somebody adds it by force."""


class Outside(Exception):
    """Somebody asked for a file that is none of the site's, or private; the text says so."""


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
        status = os.lstat(found)
    except FileNotFoundError:
        return found
    except OSError as error:
        raise Outside(f"cannot use {path}: {error.strerror}") from error
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
        raise Outside(f"cannot use {path}: it is no ordinary file")
    if stat.S_ISREG(status.st_mode) and status.st_nlink > 1:
        raise Outside(f"cannot use {path}: it has another name, which may be of anything")
    return found


def relative(root: Path, path: str) -> str:
    """The file that `path` leads to, relative to the worktree. Raises `Outside`."""
    return within(root, path).relative_to(root.resolve()).as_posix()


def is_private(name: str) -> bool:
    """Whether a file or folder of that name is kept from everybody, wherever it is.

    So is what another system takes for such a name: it may be there that a clone is opened.
    """
    seen = "".join(char for char in name if unicodedata.category(char) != "Cf")
    lower = seen.rstrip(". ").lower()
    if lower in _SAMPLES:
        return False
    staged = tuple(f"{name}." for name in ENVIRONMENTS)  # .env.production, for one
    return lower in (GIT, _SHORT_GIT) or lower in SECRETS or lower.startswith(staged)


def is_secret(path: str) -> bool:
    """Whether any part of a relative path is private."""
    return any(map(is_private, path.split("/")))
