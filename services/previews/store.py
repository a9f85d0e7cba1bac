"""Installed dependencies on disk, one entry a lock file. Synchronous: for a worker thread."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from supervisor.desk import Refused

LOCK = "package-lock.json"
MANIFEST = "package.json"
# What `npm ci` reads. The last is optional; where it is there it changes what gets installed.
INPUTS = (MANIFEST, LOCK, ".npmrc")
OTHER_LOCKS = {"pnpm-lock.yaml": "pnpm", "yarn.lock": "yarn", "bun.lock": "bun", "bun.lockb": "bun"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a site's dependencies belong: the site brings its own, or shares `entry`."""

    key: str
    entry: Path
    own: bool = False

    @property
    def modules(self) -> Path:
        return self.entry / "node_modules"

    @property
    def ready(self) -> bool:
        return self.own or self.modules.is_dir()


def look(root: Path, store: Path, abi: str) -> Place:
    """Where the dependencies of the site in `root` belong.

    Raises `Refused` where they cannot be installed; the text says what to do.
    """
    mine = root / "node_modules"
    if mine.is_dir() and not mine.is_symlink():
        return Place(key="", entry=root, own=True)
    if not (root / MANIFEST).is_file():
        raise Refused(f"cannot start a dev server: the site has no {MANIFEST}")
    if not (root / LOCK).is_file():
        other = next((tool for name, tool in OTHER_LOCKS.items() if (root / name).exists()), None)
        has = f" (it has one of {other}, which is not supported)" if other else ""
        raise Refused(
            f"cannot install dependencies: the site has no {LOCK}{has};"
            f" run `npm install` once and commit the {LOCK} that it writes"
        )
    digest = hashlib.sha256((root / LOCK).read_bytes())
    digest.update(abi.encode())
    if (root / ".npmrc").is_file():
        digest.update((root / ".npmrc").read_bytes())
    key = digest.hexdigest()
    return Place(key=key, entry=store / key)


def prepare(root: Path, place: Place) -> Path:
    """A fresh directory beside the entry, with what `npm ci` needs to fill it."""
    place.entry.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f"{place.key}.partial-", dir=place.entry.parent))
    for name in INPUTS:
        if (root / name).is_file():
            shutil.copyfile(root / name, partial / name)
    return partial


def finish(partial: Path, place: Place) -> None:
    """Put what was installed in its place, all at once."""
    (partial / "node_modules").mkdir(exist_ok=True)  # npm makes none for no dependencies
    partial.rename(place.entry)


def discard(partial: Path) -> None:
    """Remove an installation that will not be finished."""
    shutil.rmtree(partial, ignore_errors=True)


def sweep(store: Path) -> None:
    """Remove what an earlier life began and did not finish."""
    for partial in store.glob("*.partial-*"):
        discard(partial)


def link(root: Path, place: Place) -> Path:
    """Let the site see its dependencies; returns the directory that really holds them."""
    modules = place.modules.resolve()
    if not place.own:
        mine = root / "node_modules"
        if not (mine.is_symlink() and mine.readlink() == modules):
            mine.unlink(missing_ok=True)
            mine.symlink_to(modules, target_is_directory=True)
    return modules
