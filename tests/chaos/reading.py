"""What is on disk, read without pygit2 and without a word of the daemon's own."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import msgspec

from tests.chaos.model import Place, Point, State, Tree

GIT_ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ann",
    "GIT_AUTHOR_EMAIL": "ann@example.com",
    "GIT_COMMITTER_NAME": "Ann",
    "GIT_COMMITTER_EMAIL": "ann@example.com",
}


def git(place: Path, *arguments: str, data: bytes | None = None) -> str:
    """The git program; raises `CalledProcessError` where it fails."""
    command = ["git", "-C", str(place), *arguments]
    done = subprocess.run(command, env=GIT_ENVIRONMENT, input=data, check=True, capture_output=True)
    return done.stdout.decode()


def references(repository: Path) -> dict[str, str]:
    """Every reference, and the hash that it leads to."""
    listed = git(repository, "for-each-ref", "--format=%(refname) %(objectname)")
    return dict(line.split() for line in listed.splitlines())


def blob(content: bytes) -> str:
    """The hash of a file's content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def files(root: Path) -> Tree:
    """Every file below a directory but git's own."""
    found: dict[str, str] = {}
    for directory, names, paths in os.walk(root):
        names[:] = [name for name in names if name != ".git"]
        for path in map(Path(directory).joinpath, paths):
            if path.name != ".git":
                found[str(path.relative_to(root))] = blob(path.read_bytes())
    return found


class Objects:
    """The commits of one repository, by one `git cat-file --batch`; close it."""

    def __init__(self, repository: Path) -> None:
        self._process = subprocess.Popen(
            ["git", "-C", str(repository), "cat-file", "--batch"],
            env=GIT_ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._points: dict[str, Point] = {}
        self._trees: dict[str, Tree] = {}

    def close(self) -> None:
        self._process.communicate()

    def point(self, name: str) -> Point:
        """Raises `LookupError` where there is no such commit."""
        if name not in self._points:
            head = self._read(name).partition(b"\n\n")[0].decode()
            lines = [line.split(" ", 1) for line in head.splitlines()]
            (tree,) = (value for key, value in lines if key == "tree")
            parents = tuple(value for key, value in lines if key == "parent")
            self._points[name] = Point(self._tree(tree), parents, name)
        return self._points[name]

    def contains(self, head: str, ancestor: str) -> bool:
        """Whether a commit is another one or comes after it."""
        seen: set[str] = set()
        ahead = [head]
        while ahead:
            if (name := ahead.pop()) == ancestor:
                return True
            if name not in seen:
                seen.add(name)
                ahead += self.point(name).parents
        return False

    def _tree(self, name: str) -> Tree:
        if name not in self._trees:
            found: dict[str, str] = {}
            rest = self._read(name)
            while rest:
                mode, _, rest = rest.partition(b" ")
                path, _, rest = rest.partition(b"\0")
                child, rest = rest[:20].hex(), rest[20:]
                if mode == b"40000":
                    below = self._tree(child)
                    found |= {f"{path.decode()}/{it}": below[it] for it in below}
                else:
                    found[path.decode()] = child
            self._trees[name] = found
        return self._trees[name]

    def _read(self, name: str) -> bytes:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(name.encode() + b"\n")
        self._process.stdin.flush()
        head = self._process.stdout.readline().split()
        if len(head) != 3:
            raise LookupError(f"{name}: {b' '.join(head).decode()}")
        content = self._process.stdout.read(int(head[2]) + 1)
        return content[:-1]


class Record(msgspec.Struct):
    """As much of a thread's record as a test looks at."""

    title: str
    archived: bool = False
    pending: str | None = None
    branch: str | None = None


class User:
    """One user's workspace; what its references are at is as of the last `look`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.project = home / "project"
        self.git = self.project / ".git"
        self.references: dict[str, str] = {}

    @cached_property
    def objects(self) -> Objects:
        return Objects(self.git)

    def close(self) -> None:
        if "objects" in self.__dict__:
            self.objects.close()

    def look(self) -> None:
        self.references = references(self.git)

    def worktree(self, thread: str) -> Path:
        return self.home / "threads" / thread

    def admin(self, thread: str) -> Path:
        return self.git / "worktrees" / thread

    def record(self, thread: str) -> Record | None:
        path = self.home / ".claude" / "threads" / f"{thread}.thread.json"
        return msgspec.json.decode(path.read_bytes(), type=Record) if path.exists() else None

    def default(self) -> str:
        """The commit that the project is on."""
        return self.references[(self.git / "HEAD").read_text().removeprefix("ref: ").strip()]

    def threads(self) -> set[str]:
        """Every thread that has anything at all."""
        records = (self.home / ".claude" / "threads").glob("*.thread.json")
        return {
            *(path.name.removesuffix(".thread.json") for path in records),
            *(path.name for path in (self.home / "threads").glob("*")),
            *(path.name for path in (self.git / "worktrees").glob("*")),
            *(
                name.removeprefix("refs/heads/thread-")
                for name in self._below("refs/heads/thread-")
            ),
            *(name.split("/")[-1] for name in self._below("refs/nurseryd/wip/")),
            *(name.split("/")[3] for name in self._below("refs/nurseryd/parked/")),
            *(name.split("/")[3] for name in self._below("refs/nurseryd/kept/")),
        }

    def saved(self, thread: str) -> Point | None:
        commit = self.references.get(f"refs/nurseryd/wip/{thread}")
        return None if commit is None else self.objects.point(commit)

    def state(self, thread: str, remote: Mapping[str, str]) -> State | None:
        """A thread as it is; None if its branch is gone. `remote` is what the remote's are at."""
        own = f"refs/heads/thread-{thread}"
        if own not in self.references:
            return None
        record = self.record(thread)
        place: Place = "open" if self.worktree(thread).is_dir() else "archived"
        branch = f"thread-{thread}"
        if place == "open":
            branch = (self.admin(thread) / "HEAD").read_text().strip().split("/", 2)[2]
        elif record is None:
            place = "deleted"
        elif record.branch:
            branch = record.branch
        heads = {
            name.removeprefix("refs/heads/"): self.objects.point(self.references[name])
            for name in (own, *self._below(f"refs/heads/{thread}-"))
        }
        saved = self.saved(thread)
        resting = heads[branch].tree if saved is None else saved.tree
        parked = f"refs/nurseryd/parked/{thread}/"
        kept = f"refs/nurseryd/kept/{thread}/"
        return State(
            branch=branch,
            heads=heads,
            work=files(self.worktree(thread)) if place == "open" else resting,
            title=record.title if record else "",
            waiting={
                name.removeprefix(parked): self.objects.point(self.references[name]).tree
                for name in self._below(parked)
            },
            kept=tuple(
                self.objects.point(self.references[name]).tree for name in self._below(kept)
            ),
            place=place,
            pushed={name: remote[name] for name in heads if name in remote},
        )

    def _below(self, start: str) -> list[str]:
        return [name for name in self.references if name.startswith(start)]
