"""Where the site is in a repository, and where its dependencies are installed.

Synchronous: for a worker thread.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from services.nonsense import NONSENSE
from services.previews.managers import LOCKS
from services.previews.store import MANIFEST
from supervisor.desk import Refused

# Where repositories of several packages have their sites: these, and what is in these.
PLACES = ("docs", "site", "web", "website", "www")
HOLDERS = ("apps", "packages", "sites")
CONFIGS = tuple(f"astro.config.{ending}" for ending in ("mjs", "js", "ts", "mts", "cjs", "cts"))
CHOOSE = 'say which one with `"site": "…"` in POST /api/init'


@dataclass(frozen=True, slots=True)
class Site:
    """`folder` is the site, `root` where the lock file is that its dependencies are installed by.

    Both are resolved; `root` is `folder` or around it, and no further up than the worktree.
    """

    folder: Path
    root: Path


class _Manifest(msgspec.Struct, rename="camel"):
    dependencies: dict[str, object] = {}
    dev_dependencies: dict[str, object] = {}


def locate(worktree: Path, named: str) -> Site:
    """Find the site in a worktree; `named` is its folder there, if anybody said so.

    Raises `Refused` where it is not inside, where there are several, or where its folder has a name
    that nobody could be told; the text says what to do.
    """
    worktree = worktree.resolve()
    folder = _named(worktree, named) if named else _found(worktree)
    if (name := _in_words(worktree, folder)) != str(folder.relative_to(worktree)):
        raise Refused(
            f"cannot use the site in {name}: its name is not UTF-8; give the folder another name"
        )
    inside = [folder, *(above for above in folder.parents if above.is_relative_to(worktree))]
    roots = (above for above in inside if any((above / lock).is_file() for lock in LOCKS))
    return Site(folder, next(roots, folder))


def _named(worktree: Path, named: str) -> Path:
    # Not by `resolve`, which breaks on links round in circles before Python 3.13.
    folder = Path(os.path.realpath(worktree / named))
    if not folder.is_relative_to(worktree) or not folder.is_dir():
        raise Refused(f"cannot find the site: the repository has no folder {named}; {CHOOSE}")
    return folder


def _found(worktree: Path) -> Path:
    if _is_site(worktree) or _depends_on_astro(worktree):
        return worktree
    found = [folder for folder in _candidates(worktree) if _is_site(folder)]
    if len(found) > 1:
        names = ", ".join(_in_words(worktree, folder) for folder in found)
        raise Refused(f"cannot tell which of {names} is the site; {CHOOSE}")
    return found[0] if found else worktree


def _in_words(worktree: Path, folder: Path) -> str:
    """The name of a folder as a person can be told it, whatever bytes it is made of."""
    return os.fsencode(folder.relative_to(worktree)).decode(errors="backslashreplace")


def _candidates(worktree: Path) -> Iterator[Path]:
    folders = [worktree / name for name in PLACES]
    for holder in HOLDERS:
        folders += sorted((worktree / holder).glob("*/"))
    for folder in folders:
        if folder.is_dir() and folder.resolve() == folder:  # a link may lead anywhere
            yield folder


def _is_site(folder: Path) -> bool:
    return any((folder / name).is_file() for name in CONFIGS)


def _depends_on_astro(folder: Path) -> bool:
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=_Manifest)
    except (OSError, *NONSENSE):
        return False
    return "astro" in manifest.dependencies or "astro" in manifest.dev_dependencies
