"""Package managers: who wrote a lock file, and how each installs exactly what it says. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from services.nonsense import NONSENSE


class Kind(StrEnum):
    """Yarn counts twice: its first version and what came after are different programs."""

    NPM = "npm"
    PNPM = "pnpm"
    CLASSIC = "yarn classic"
    BERRY = "yarn"
    BUN = "bun"

    @property
    def program(self) -> str:
        """What it is called on PATH, and in `packageManager`."""
        return "yarn" if self is Kind.CLASSIC else self.value


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who can install the lock file `lock`: `kind`, in a major version from `first` to `last`."""

    kind: Kind
    lock: str
    first: int = 0
    last: int | None = None

    def fits(self, major: int) -> bool:
        return self.first <= major and (self.last is None or major <= self.last)

    def __str__(self) -> str:
        """As a person would say which program that is."""
        name = self.kind.program
        if self.last is None:
            return f"{name} {self.first} or newer" if self.first else name
        return f"{name} {self.first}" + (f" to {self.last}" if self.last > self.first else "")


@dataclass(frozen=True, slots=True)
class Caches:
    """Where package managers keep what they downloaded.

    `shared` is a folder on the workspace volume, for those whose cache is made of archives and
    may be used from two machines at once, which is what npm and newer yarns have:

    * npm's cacache takes no lock and needs none: a file is written under a name of its own,
      renamed to what its content hashes to, and checked against that whenever it is read; index
      entries are appended with a checksum each, and a torn one counts as missing. Its author says
      that any number of processes may share it (https://github.com/zkat/cacache/issues/137).
      EEXIST between two of them (https://github.com/npm/cli/issues/7308) came from temporary
      names of four random bytes; the npm that we bring makes UUIDs.
    * yarn 2 and newer keep one zip archive a package, put in place by a rename and checked too.

    `local` is a folder on local disk, for the others: they keep unpacked files, which they link
    from there. pnpm's index is an SQLite database, which two machines must not open over a
    network, and yarn classic's cache is safe for one process at a time, hence its mutex.
    """

    shared: str
    local: str


# In this order where nothing else says which one counts: npm is always there.
_LOCKS: dict[str, Kind] = {
    "npm-shrinkwrap.json": Kind.NPM,
    "package-lock.json": Kind.NPM,
    "pnpm-lock.yaml": Kind.PNPM,
    "yarn.lock": Kind.BERRY,
    "bun.lock": Kind.BUN,
    "bun.lockb": Kind.BUN,
}
LOCKS = tuple(_LOCKS)

# Whatever else changes what is installed: files and folders of a site, where it has them.
_ALSO: dict[Kind, tuple[str, ...]] = {
    Kind.NPM: (".npmrc",),
    Kind.PNPM: (".npmrc", "pnpm-workspace.yaml", ".pnpmfile.cjs", ".pnpmfile.mjs", "patches"),
    Kind.CLASSIC: (".npmrc", ".yarnrc"),
    Kind.BERRY: (".yarnrc.yml", ".yarn/patches", ".yarn/plugins"),
    Kind.BUN: (".npmrc", "bunfig.toml", "patches"),
}


def inputs(wanted: Wanted) -> tuple[str, ...]:
    """What decides about an installation, the lock file first; package.json must be there too."""
    return (wanted.lock, *_ALSO[wanted.kind])


class _Manifest(msgspec.Struct, rename="camel"):
    package_manager: str = ""


def candidates(
    there: Collection[str], head: Callable[[str], str], manifest: bytes
) -> tuple[Wanted, ...]:
    """Who could install a site's dependencies; where it has several lock files, the best first.

    `there` are the lock files that the site has, `head` reads the first lines of one, `manifest`
    is its package.json: the `packageManager` that it names comes before all others.
    """
    try:
        named = msgspec.json.decode(manifest, type=_Manifest).package_manager.partition("@")[0]
    except NONSENSE:
        named = ""
    found = [_wanted(lock, kind, head) for lock, kind in _LOCKS.items() if lock in there]
    return tuple(sorted(found, key=lambda wanted: wanted.kind.program != named))


def _wanted(lock: str, kind: Kind, head: Callable[[str], str]) -> Wanted:
    match kind:
        case Kind.PNPM:
            version = re.search(r"^lockfileVersion:\s*'?(\d+)", head(lock), re.M)
            # Each format has versions that write it, and the next ones do not read it.
            first, last = {"5": (1, 7), "6": (8, 8)}.get(version[1] if version else "", (9, None))
            return Wanted(kind, lock, first, last)
        case Kind.BERRY if not re.search(r"^__metadata:", head(lock), re.M):
            return Wanted(Kind.CLASSIC, lock, 1, 1)
        case Kind.BERRY:
            return Wanted(kind, lock, 3)
        case _:
            return Wanted(kind, lock)


def arguments(kind: Kind, caches: Caches, *, scripts: bool) -> tuple[str, ...]:
    """How a package manager is told to install what the lock file says, or to fail.

    Newer yarns take the rest from the environment: see the template in config/services.toml.
    """
    shared, local = caches.shared, caches.local
    no_scripts = () if scripts else ("--ignore-scripts",)
    match kind:
        case Kind.NPM:
            return (
                *("ci", "--prefer-offline", f"--ignore-scripts={'false' if scripts else 'true'}"),
                *("--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=http"),
                # Else a site's .npmrc names any program of its own to run in place of git.
                *(f"--cache={shared}/npm", "--logs-max=0", "--git=git"),
            )
        case Kind.PNPM:
            return (
                *("install", "--frozen-lockfile", "--prefer-offline", "--reporter=append-only"),
                f"--store-dir={local}/pnpm",
                # Modules of its own: what is shared must not point at what it might clean up.
                "--config.enable-global-virtual-store=false",
                # What is installed here does it, whatever version the site's package.json names.
                *("--config.pm-on-fail=ignore", "--config.manage-package-manager-versions=false"),
                *("--config.package-manager-strict=false", "--config.update-notifier=false"),
                *(no_scripts or ("--config.dangerously-allow-all-builds=true",)),
            )
        case Kind.CLASSIC:
            return (
                *("install", "--frozen-lockfile", "--prefer-offline", "--non-interactive"),
                *("--no-progress", f"--cache-folder={local}/yarn"),
                *(f"--mutex=file:{local}/yarn.lock", *no_scripts),
            )
        case Kind.BERRY:
            # Its setting is for dependencies alone, this for what the site itself would run too.
            return ("install", "--immutable", *(() if scripts else ("--mode=skip-build",)))
        case Kind.BUN:
            return (
                *("install", "--frozen-lockfile", "--no-progress", "--linker=hoisted"),
                *(f"--cache-dir={local}/bun", *no_scripts),
            )


def advice(candidates: Collection[Wanted]) -> str:
    """What to do where nobody is there who could install a site's lock files."""
    which = " or ".join(str(wanted) for wanted in candidates)
    return f"install {which} here, or run `npm install` once and commit the package-lock.json"
