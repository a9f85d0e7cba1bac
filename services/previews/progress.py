"""How far an installation has come."""

from __future__ import annotations

import contextlib
import os
import platform
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn, cast

import msgspec
import trio

from services.nonsense import NONSENSE

BEGUN = "installing dependencies"
SILENT = "nothing has come for a while: can this machine reach the registry of packages?"
EVERY = 0.5  # seconds between two looks, and so between two steps
# Seconds without another package. A manager that cannot reach the registry says nothing of it, and
# tries for minutes.
SILENCE = 30.0


@dataclass(frozen=True, slots=True)
class Step:
    """What a person reads, and the share of the work that is done, None where nobody knows."""

    words: str
    share: float | None = None


async def follow(
    count: Callable[[], Awaitable[int]], total: int, tell: Callable[[Step], None]
) -> NoReturn:
    """Tell how many packages are there, until cancelled; at most every `EVERY` seconds.

    `total` is how many there will be, 0 where nobody knows. It begins with none of them, never
    goes backwards, and says nothing twice. After a `SILENCE` it says what may be the matter.
    """
    most, since, now = 0, trio.current_time(), step(0, total)
    tell(now)
    while True:
        await trio.sleep(EVERY)
        found = await count()
        if found > most:
            most, since = found, trio.current_time()
        before, now = now, step(most, total)
        if trio.current_time() - since >= SILENCE:
            now = replace(now, words=f"{now.words}; {SILENT}")
        if now != before:
            tell(now)


def step(done: int, total: int) -> Step:
    """While `done` of `total` packages are there."""
    # It is done when the manager says so, not when the last package begins to be there.
    percent = min(99, done * 100 // total) if total else None
    share = None if percent is None else percent / 100
    if done == 0:
        return Step(BEGUN, share)
    if percent is None:
        return Step(f"{BEGUN}, {done} {'package' if done == 1 else 'packages'}")
    return Step(f"{BEGUN}, {percent} %", share)


@dataclass(frozen=True, slots=True)
class Machine:
    """What packages for one kind of machine say that they are for, in Node's words."""

    os: str
    cpu: str
    libc: str


def this_machine() -> Machine:
    name = platform.machine().lower()
    cpu = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}.get(name, name)
    libc = "glibc" if platform.libc_ver()[0] == "glibc" else "musl"
    return Machine(sys.platform, cpu, libc)


class _Package(msgspec.Struct):
    link: bool = False
    os: Any = ()
    cpu: Any = ()
    libc: Any = ()


class _Lock(msgspec.Struct):
    packages: dict[str, _Package] = msgspec.field(default_factory=dict[str, _Package])


def expected(lock: bytes, machine: Machine) -> int:
    """How many packages npm puts on such a machine for this lock file; 0 where it does not say."""
    try:
        packages = msgspec.json.decode(lock, type=_Lock).packages
    except NONSENSE:
        return 0
    return sum(
        1
        for place, package in packages.items()
        if "node_modules/" in place
        and not package.link
        and _for(package.os, machine.os)
        and _for(package.cpu, machine.cpu)
        and _for(package.libc, machine.libc)
    )


def _for(named: Any, this: str) -> bool:
    """Whether a package is for `this`, by what it names: nothing, some, or all but `!some`."""
    given = cast(list[object], named) if isinstance(named, list) else [named]
    names = [name for name in given if isinstance(name, str)]
    if any(name.startswith("!") for name in names):
        return f"!{this}" not in names
    return not names or this in names


def count(modules: Path) -> int:
    """How many packages are in a node_modules by now. Reads the disk: for a worker thread."""
    return sum(_count(entry) for entry in _entries(modules))


def _count(entry: os.DirEntry[str]) -> int:
    if entry.name == ".pnpm":  # one folder a package and version, and one for what is hoisted
        return sum(1 for inner in _entries(entry.path) if inner.name != "node_modules")
    if entry.name.startswith("."):
        return 0
    if entry.name.startswith("@"):
        return count(Path(entry.path))
    here = os.path.exists(os.path.join(entry.path, "package.json"))
    return here + count(Path(entry.path, "node_modules"))


def _entries(folder: str | Path) -> list[os.DirEntry[str]]:
    """The folders in a folder that somebody else is at work in; none where it is gone."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        return [entry for entry in entries if entry.is_dir(follow_symlinks=False)]
    return []
