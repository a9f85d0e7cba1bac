"""What the workspaces do with pygit2, and the git program at the same."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from services.workspaces.git import commits, diffs, projects, status, worktrees
from services.workspaces.git.repository import Author, prepare
from tests.benchmarks.figures import Aim, Figure, Results
from tests.benchmarks.workspaces import pairs
from tests.benchmarks.workspaces.sizes import Sizes

Work = Callable[[], object]
PEER = "git"
AUTHOR = Author("a", "a@example.com")
LINES = 60
RACY = 1.2  # seconds after which an index believes what it noted of a file


def version() -> str:
    return _git(Path.cwd(), "--version").split()[2]


def measure(results: Results, sizes: Sizes, scratch: Path) -> None:
    """Repositories of several sizes, each twice: one for us, and its equal for git."""
    prepare(30.0)
    for number in sizes.repositories:
        _measure(results, sizes, scratch / str(number), number)


def _measure(results: Results, sizes: Sizes, scratch: Path, number: int) -> None:
    def take(what: str, ours: Work, theirs: Work, aim: float | None = None) -> None:
        aims = () if aim is None else (Aim(PEER, aim),)
        figure = Figure("git", f"{what}, {number:,} files", "ms", aims)
        pairs.take(results, pairs.Pair(figure, ours, theirs), PEER, turn)

    ours, theirs = Ours(scratch / "ours"), Theirs(scratch / "theirs")
    files = make(ours.project, number, sizes.commits)
    shutil.copytree(ours.project, theirs.project, symlinks=True)
    projects.make_room(ours.git)  # as for every project that the service makes
    ours.add("one")
    theirs.add("one")
    time.sleep(RACY)

    def edit(text: str) -> None:
        for side in (ours, theirs):
            with (side.root / files[7]).open("a", encoding="utf-8") as file:
                file.write(f"{text}\n")

    for turn in range(sizes.rounds):
        take("status, clean", ours.status, theirs.status, 1.0)
        edit(f"turn {turn}")
        take("status, one file changed", ours.status, theirs.status, 1.0)
        take("diff of one file", ours.diff, theirs.diff)
        take("commit of whatever changed", ours.commit, theirs.commit)
        edit("once more")
        one = partial(ours.commit, (files[7],)), partial(theirs.commit, (files[7],))
        take("commit of one named file", *one, 0.33)
        take("the last 50 commits", ours.log, theirs.log)
    for turn in range(sizes.worktrees):
        name = f"w{turn}"
        take("add a worktree", partial(ours.add, name), partial(theirs.add, name), 1.0)


class Ours:
    """The functions that the service `workspaces` calls, opening the repository each time."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.project = home / "project"
        self.git = self.project / ".git"
        self.root = home / "one"
        self.admin = self.git / "worktrees" / "one"

    def add(self, name: str) -> None:
        worktrees.start_branch(self.git, f"thread-{name}")
        worktrees.check_out(self.git, name, self.home / name, f"thread-{name}")
        worktrees.link(self.home / name, self.git / "worktrees" / name)

    def status(self) -> object:
        return status.state(self.admin, "one", "main", ())

    def diff(self) -> object:
        return diffs.diff(self.admin, None, None, (), 3)

    def commit(self, paths: tuple[str, ...] = ()) -> object:
        return commits.commit(self.admin, "one", AUTHOR, "Change one file\n", paths)

    def log(self) -> object:
        return commits.log(self.admin, 50, None)


class Theirs:
    """The git program, called as a script would."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.project = home / "project"
        self.root = home / "one"

    def add(self, name: str) -> None:
        _git(self.project, "worktree", "add", "-q", "-b", f"thread-{name}", str(self.home / name))

    def status(self) -> object:
        return _git(self.root, "status", "--porcelain=v2", "--branch", "--untracked-files=all")

    def diff(self) -> object:
        return _git(self.root, "diff", "HEAD")

    def commit(self, paths: tuple[str, ...] = ()) -> object:
        _git(self.root, "add", *(paths or ("--all",)))
        return _git(self.root, "commit", "-q", "-m", "Change one file")

    def log(self) -> object:
        return _git(self.root, "log", "-50", "--format=%H %P %an %ae %ct %B")


def make(project: Path, files: int, number: int) -> list[str]:
    """A repository of so many files and commits, packed; the files."""
    chance = random.Random(1)
    project.mkdir(parents=True)
    _git(project, "init", "-q", "-b", "main")
    _git(project, "config", "gc.auto", "0")
    names = [f"src/d{n // 50}/f{n}.astro" for n in range(files)]
    for name in names:
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"line {chance.random()}\n" for _ in range(LINES)))
    _git(project, "add", "-A")
    _git(project, "commit", "-q", "-m", "Start")
    for n in range(number - 1):
        for name in chance.sample(names, min(10, files)):
            with (project / name).open("a", encoding="utf-8") as file:
                file.write(f"commit {n} {chance.random()}\n")
        _git(project, "commit", "-q", "-a", "-m", f"Commit {n}")
    _git(project, "gc", "-q")
    return names


def _git(where: Path, *words: str) -> str:
    who = {f"GIT_{role}_{what}": "a@b" for role in ("AUTHOR", "COMMITTER") for what in _WHO}
    done = subprocess.run(
        ["git", *words],
        cwd=where,
        env={"PATH": os.environ["PATH"], "HOME": "/", "GIT_CONFIG_NOSYSTEM": "1", **who},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


_WHO = ("NAME", "EMAIL")
