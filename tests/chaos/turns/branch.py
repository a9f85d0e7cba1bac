"""The commits of a thread's branch, and which lines each of them has in which file."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections import Counter
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from services.site.opening import UNWRITTEN
from tests.chaos.reading import git
from tests.chaos.turns.told import BEGIN, END, FILES

Lines = Counter[tuple[str, str]]  # of (file, line), how often
IGNORED = frozenset({".git", "node_modules", ".astro", "dist"})
FORM = "%H%x1f%P%x1f%(trailers:key=Turn-ID,valueonly,separator=%x20)%x1f%s"


@dataclass(frozen=True, slots=True)
class Made:
    """A commit: `turn` is its Turn-ID, empty where it has none."""

    hash: str
    parents: tuple[str, ...]
    turn: str
    subject: str


class Branch:
    """The branch of a thread in the user's `repository`; the oldest commit is the project's."""

    def __init__(self, repository: Path, thread: str) -> None:
        self._repository = repository
        self._thread = thread
        self._known: dict[str, Lines] = {}
        self._read: dict[tuple[str, str], Lines] = {}  # of a path and an object

    def commits(self) -> list[Made]:
        """The oldest first."""
        told = self._git("log", "--reverse", f"--format={FORM}", f"thread-{self._thread}", "--")
        found: list[Made] = []
        for line in told.splitlines():
            name, parents, turn, subject = line.split("\x1f")
            found.append(Made(name, tuple(parents.split()), turn.strip(), subject))
        return found

    def tree(self, commit: str) -> str:
        return self._git("rev-parse", f"{commit}^{{tree}}").strip()

    def parent(self, commit: str) -> str:
        return self._git("rev-parse", f"{commit}^").strip()

    def wip(self) -> str | None:
        """The commit that holds what is uncommitted."""
        found = self._git(
            "for-each-ref", "--format=%(objectname)", f"refs/nurseryd/wip/{self._thread}"
        )
        return found.strip() or None

    def has(self, commit: str) -> bool:
        """Whether there is such a commit, on whatever branch or on none."""
        try:
            return self._git("cat-file", "-t", commit).strip() == "commit"
        except subprocess.CalledProcessError:
            return False

    def lines(self, commit: str) -> Lines:
        """What was added to the site's files, up to that commit."""
        if commit not in self._known:
            found: Lines = Counter()
            for line in self._git("ls-tree", "-r", commit).splitlines():
                about, _, path = line.partition("\t")
                found.update(self._of(path, about.split()[2]))
            self._known[commit] = found
        return self._known[commit]

    def _of(self, path: str, content: str) -> Lines:
        if (path, content) not in self._read:
            self._read[path, content] = of_file(path, self._git("cat-file", "blob", content))
        return self._read[path, content]

    def _git(self, *words: str) -> str:
        return git(self._repository, *words)


def on_disk(root: Path) -> Lines:
    """The same of the files in a worktree."""
    found: Lines = Counter()
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in IGNORED]
        # A draft that could not be removed from a disk that takes nothing is nothing of the site.
        whole = [name for name in names if name not in IGNORED and not fnmatch(name, UNWRITTEN)]
        for path in (Path(folder, name) for name in whole):
            found.update(of_file(path.relative_to(root).as_posix(), path.read_text()))
    return found


def of_file(path: str, text: str) -> Lines:
    """The lines that were added to a file; for one that is not whole, that it is not.

    A file of the site that turns leave alone counts as one line, whatever is in it.
    """
    if path not in FILES and not path.startswith("pages/"):
        return Counter([(path, hashlib.sha256(text.encode()).hexdigest())])
    lines = text.splitlines()
    if path.startswith("pages/"):
        return Counter((path, line) for line in lines)
    if not (text.endswith("\n") and lines[:1] == [BEGIN] and lines[-1:] == [END]):
        return Counter([(path, "is not whole")])
    return Counter((path, line) for line in lines[1:-1])
