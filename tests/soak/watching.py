"""Looks at the daemon from outside, again and again, while it is at work."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import procfs
from tests.soak.load import Load
from tests.soak.world import World

RARELY = 10  # looks between two counts of what lies on the volume


@dataclass(frozen=True, slots=True)
class Look:
    """What the daemon holds, when so much was done; `memory` and `shared` are MB of its own, and
    with its part of what is mapped from files. `spent` is ms on a processor since it began,
    `health` and `listing` are ms to an answer.
    """

    done: int
    memory: float
    shared: float
    spent: float
    descriptors: float
    threads: float
    tasks: float
    children: float
    zombies: float
    health: float
    listing: float


@dataclass(frozen=True, slots=True)
class Volume:
    """Files and KB, of git's repositories, of journals, and of all that lies in `.nurseryd`."""

    done: int
    git_files: int
    git: float
    journals: float
    files: int
    all: float


def look(world: World, load: Load) -> Look:
    children = procfs.children(world.pid)
    health, listing = (_ms(world, path) for path in ("/health", load.listing))
    return Look(
        done=load.done,
        memory=procfs.own_mb(world.pid),
        shared=procfs.memory_mb([world.pid])[0],
        spent=procfs.spent_ms(world.pid),
        descriptors=procfs.descriptors(world.pid),
        threads=procfs.threads(world.pid),
        tasks=world.tasks(),
        children=len(children),
        zombies=sum(map(procfs.is_zombie, children)),
        health=health,
        listing=listing,
    )


def volume(world: World, done: int) -> Volume:
    git_files, git = _size(world.home / "project/.git")
    _, journals = _size(world.home / ".claude")
    files, all_bytes = _size(world.folder / ".nurseryd")
    return Volume(done, git_files, git / 1024, journals / 1024, files, all_bytes / 1024)


def _ms(world: World, path: str) -> float:
    began = time.monotonic()
    world.good("GET", path)
    return (time.monotonic() - began) * 1e3


def _size(folder: Path) -> tuple[int, int]:
    """How many files are in it, and of how many bytes together; what just went does not count."""
    files = size = 0
    for entry in _entries(folder):
        try:
            size += entry.stat(follow_symlinks=False).st_size
        except FileNotFoundError:
            continue
        files += 1
    return files, size


def _entries(folder: Path | str) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from _entries(entry.path)
                else:
                    yield entry
    except FileNotFoundError:
        return


class Watching:
    """A context manager: looks before and after something is done, and every so many seconds."""

    def __init__(self, world: World, load: Load, every: float) -> None:
        self.looks: list[Look] = []
        self.volumes: list[Volume] = []
        self._world = world
        self._load = load
        self._every = every
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._failure: Exception | None = None

    def __enter__(self) -> Watching:
        self.volumes.append(volume(self._world, 0))
        self.looks.append(look(self._world, self._load))
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()
        self.looks.append(look(self._world, self._load))
        self.volumes.append(volume(self._world, self._load.done))
        if self._failure is not None:
            raise self._failure

    def _watch(self) -> None:
        try:
            while not self._over.wait(self._every):
                self.looks.append(look(self._world, self._load))
                if len(self.looks) % RARELY == 0:
                    self.volumes.append(volume(self._world, self._load.done))
        except Exception as failure:  # told by who watches, where it is seen
            self._failure = failure
