"""What the workspaces do with pygit2, and the git program at the same."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import time
from pathlib import Path

from services.workspaces.git import commits, diffs, status, worktrees
from services.workspaces.git.repository import Author, prepare
from tests.benchmarks.figures import Aim, Figure, Results
from tests.benchmarks.workspaces.pairs import Pair, take
from tests.benchmarks.workspaces.sizes import Sizes

PEER = "git"
AUTHOR = Author("a", "a@example.com")
LINES = 60
RACY = 1.2  # seconds after which an index believes what it noted of a file


def version() -> str:
    return _git(Path.cwd(), "--version").split()[2]


def measure(results: Results, sizes: Sizes, scratch: Path) -> None:
    """Two equal repositories in `scratch`, one for each, with a worktree for a thread."""
    prepare(30.0)
    ours, theirs = Ours(scratch / "ours"), Theirs(scratch / "theirs")
    files = make(ours.project, sizes.files, sizes.commits)
    shutil.copytree(ours.project, theirs.project, symlinks=True)
    ours.add("one")
    theirs.add("one")
    time.sleep(RACY)
    for turn in range(sizes.rounds):
        take(results, Pair(_figure("status, clean", 1.0), ours.status, theirs.status), PEER, turn)
        for side in (ours, theirs):
            with (side.root / files[7]).open("a", encoding="utf-8") as file:
                file.write(f"turn {turn}\n")
        dirty = _figure("status, one file changed", 1.0)
        take(results, Pair(dirty, ours.status, theirs.status), PEER, turn)
        take(results, Pair(_figure("diff of one file"), ours.diff, theirs.diff), PEER, turn)
        one = _figure("commit of one file", 1 / 3)
        take(results, Pair(one, ours.commit, theirs.commit), PEER, turn)
        take(results, Pair(_figure("the last 50 commits"), ours.log, theirs.log), PEER, turn)
    adding = _figure("add a worktree", 1.0)
    for turn in range(sizes.worktrees):
        name = f"w{turn}"
        pair = Pair(adding, lambda name=name: ours.add(name), lambda name=name: theirs.add(name))
        take(results, pair, PEER, turn)


def _figure(name: str, aim: float | None = None) -> Figure:
    aims = () if aim is None else (Aim(PEER, round(aim, 2)),)
    return Figure("git", name, "ms", aims)


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

    def commit(self) -> object:
        return commits.commit(self.admin, "one", AUTHOR, "Change one file\n")

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

    def commit(self) -> object:
        # All that is not ignored, as ours does: nobody tells either which file it is.
        _git(self.root, "add", "--all")
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
