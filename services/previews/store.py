"""Installed dependencies on disk, one entry a lock file. Synchronous: for a worker thread.

An entry is a folder, named by the hash of what decided about it:

    node_modules/     what was installed
    installed.json    its finish marker, and when it was last used; without it nothing is used
    used-by/          a file for each folder that was ever given a link to it: a worktree, an output
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from services.previews import managers, spread
from services.previews.managers import LOCKS, Wanted
from supervisor.desk import Refused

MANIFEST = "package.json"
MARKER = "installed.json"
USERS = "used-by"
PARTIAL = ".partial-"
HEAD = 4096  # bytes; every lock file says in its first lines which format it has


@dataclass(frozen=True, slots=True)
class Place:
    """Where a site's dependencies belong: the site brings its own, or shares `entry`.

    `packages` are the folders of the repository's own packages, where it has several; `terms` is
    what decides about an installation besides files.
    """

    key: str
    entry: Path
    wanted: Wanted | None = None
    packages: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()

    @property
    def own(self) -> bool:
        return self.wanted is None

    @property
    def modules(self) -> Path:
        return self.entry / "node_modules"

    @property
    def ready(self) -> bool:
        return self.own or ((self.entry / MARKER).is_file() and self.modules.is_dir())


def look(root: Path, store: Path, abi: str, *, scripts: bool = False) -> tuple[Place, ...]:
    """Where the dependencies of the site in `root` may be: a place for each of its lock files.

    Raises `Refused` where it has none; the text says what to do.
    """
    mine = root / "node_modules"
    if mine.is_dir() and not mine.is_symlink() and not spread.is_ours(mine):
        return (Place(key="", entry=root),)
    if not (root / MANIFEST).is_file():
        raise Refused(
            f"cannot start a dev server: the site has no {MANIFEST}; commit one that names astro,"
            " or say in which folder the site is, as `site`"
        )
    for name in (MANIFEST, *LOCKS):
        _refuse_link(root, name)
    found = managers.candidates(
        [lock for lock in LOCKS if (root / lock).is_file()],
        lambda lock: _head(root / lock),
        (root / MANIFEST).read_bytes(),
    )
    if not found:
        raise Refused(
            "cannot install dependencies: the site has no package-lock.json or other lock file;"
            " run `npm install` once and commit the package-lock.json that it writes"
        )
    packages = spread.packages(root)
    terms = (abi, "scripts" if scripts else "no scripts")
    keys = [_key(root, wanted, packages, terms) for wanted in found]
    return tuple(
        Place(key, store / key, wanted, packages, terms)
        for key, wanted in zip(keys, found, strict=True)
    )


def _refuse_link(root: Path, name: str) -> None:
    """Raises `Refused` where a file of a site is one of somebody else's."""
    # A link that leads to itself leads nowhere; `Path.resolve` breaks on one before Python 3.13.
    if not Path(os.path.realpath(root / name)).is_relative_to(os.path.realpath(root)):
        raise Refused(
            f"cannot install dependencies: {name} is a link out of the site; put the file itself"
            " there"
        )


def _head(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(HEAD).decode(errors="replace")


def _key(root: Path, wanted: Wanted, packages: tuple[str, ...], terms: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for part in (wanted.kind, *terms):
        digest.update(f"{part}\0".encode())
    for name in _files(root, wanted, packages):
        content = (root / name).read_bytes()
        digest.update(os.fsencode(name) + f"\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _files(root: Path, wanted: Wanted, packages: tuple[str, ...]) -> Iterator[str]:
    """The files of a site that decide what is installed, but for its own package.json."""
    yield from (f"{package}/{MANIFEST}" for package in packages)
    for name in managers.inputs(wanted):
        path = root / name
        _refuse_link(root, name)
        if path.is_file():
            yield name
        elif path.is_dir() and not path.is_symlink():
            inside = (inner for inner in sorted(path.rglob("*")) if not inner.is_symlink())
            yield from (str(inner.relative_to(root)) for inner in inside if inner.is_file())


def prepare(root: Path, place: Place) -> Path | None:
    """A fresh directory beside the entry, with what a package manager needs to fill it.

    None where the files of the site are others by now: they belong elsewhere.
    """
    assert place.wanted is not None
    place.entry.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f"{place.key}{PARTIAL}", dir=place.entry.parent))
    try:
        for name in (MANIFEST, *_files(root, place.wanted, place.packages)):
            (partial / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, partial / name)
        if _key(partial, place.wanted, place.packages, place.terms) == place.key:
            return partial
    except OSError:
        discard(partial)
        raise
    discard(partial)
    return None


def finish(partial: Path, place: Place) -> None:
    """Put what was installed in its place, all at once; raises `Refused` if it is not usable."""
    if (partial / ".pnp.cjs").exists():
        raise Refused(
            "cannot use the dependencies: yarn made no node_modules; see to it that it is run"
            " with YARN_NODE_LINKER=node-modules, as config/services.toml does"
        )
    (partial / "node_modules").mkdir(exist_ok=True)  # npm makes none for no dependencies
    (partial / USERS).mkdir()
    (partial / MARKER).write_bytes(msgspec.json.encode({"wanted": str(place.wanted)}))
    if place.ready:  # another daemon with the same cache was there first
        discard(partial)
        return
    retire(place.entry)
    partial.rename(place.entry)


def discard(partial: Path) -> None:
    """Remove an installation that will not be finished."""
    shutil.rmtree(partial, ignore_errors=True)


def sweep(store: Path, running: frozenset[Path]) -> None:
    """Remove what an earlier life began and did not finish, and entries without their marker.

    `running` are the modules that dev servers have open: those stay.
    """
    for entry in store.glob("*/"):
        unfinished = PARTIAL in entry.name or not (entry / MARKER).is_file()
        if unfinished and (entry / "node_modules").resolve() not in running:
            discard(entry)


def link(root: Path, place: Place) -> tuple[Path, ...]:
    """Let the site see its dependencies.

    Returns the folders that it reads then: first the one that really holds them, and where the
    repository has packages of its own, everything that was installed, and the repository.
    """
    modules = place.modules.resolve()
    if not place.own:
        if place.packages:
            spread.spread(root, place.packages, modules)
        elif spread.leads_to(root) != modules:
            _link(root / "node_modules", modules)
        note(modules, root)
        os.utime(place.entry / MARKER)
    return (modules, modules.parent, root) if place.packages else (modules,)


def note(modules: Path, user: Path) -> None:
    """Keep shared modules, a real path, for as long as a folder links to them."""
    users = modules.parent / USERS
    if users.is_dir():  # else a site brought them
        (users / hashlib.sha256(os.fsencode(user)).hexdigest()[:32]).write_bytes(os.fsencode(user))


def _link(mine: Path, modules: Path) -> None:
    if spread.is_ours(mine):
        shutil.rmtree(mine)
    mine.unlink(missing_ok=True)
    mine.symlink_to(modules, target_is_directory=True)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it was found: when it was last used, and whether anybody still needs it."""

    path: Path
    used: float
    needed: bool


def entries(store: Path, running: frozenset[Path]) -> list[Entry]:
    """Every finished entry; `running` are the modules that dev servers have open.

    A worktree, and what was built, needs one as long as it links to it: a link is what tells,
    since these come and go without a word to us.
    """
    found: list[Entry] = []
    for marker in store.glob(f"*/{MARKER}"):
        if PARTIAL not in marker.parent.name:
            with suppress(FileNotFoundError):
                found.append(_entry(marker, running))
    return found


def _entry(marker: Path, running: frozenset[Path]) -> Entry:
    path = marker.parent
    modules = (path / "node_modules").resolve()
    linked = False
    for user in (path / USERS).glob("*"):
        if spread.leads_to(Path(os.fsdecode(user.read_bytes()))) == modules:
            linked = True
        else:
            user.unlink(missing_ok=True)
    return Entry(path, marker.stat().st_mtime, linked or modules in running)


def superfluous(found: list[Entry], most: int) -> list[Entry]:
    """Those beyond the `most` last used that nobody needs, the longest unused first. Pure."""
    ordered = sorted(found, key=lambda entry: entry.used, reverse=True)
    return [entry for entry in reversed(ordered[most:]) if not entry.needed]


def remove(entry: Entry, running: frozenset[Path]) -> bool:
    """Remove an entry, unless somebody needs it by now; whether it went."""
    with suppress(FileNotFoundError):
        if not _entry(entry.path / MARKER, running).needed:
            retire(entry.path)
            return True
    return False


def retire(entry: Path) -> None:
    """Take a folder away: first out of everybody's reach, then file by file."""
    if entry.exists():
        aside = Path(tempfile.mkdtemp(prefix=f"{entry.name}{PARTIAL}", dir=entry.parent))
        discard(entry.rename(aside / "entry").parent)
