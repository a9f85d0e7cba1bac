"""Stands in for the services `workspaces` and `previews`: a git of dictionaries."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.messages import (
    Checked,
    CheckPreview,
    Commit,
    CommitChanges,
    Conflict,
    Diff,
    DropChanges,
    FileDiff,
    FindDropped,
    FindParked,
    FindProject,
    FindWorkspace,
    GitState,
    History,
    ListHistories,
    LogEntry,
    Merged,
    Outcome,
    Project,
    ReadDiff,
    ReadGit,
    ReadLog,
    RefreshPreview,
    RestoreCommit,
    SaveChanges,
    StartPreview,
    ThreadKey,
    Workspace,
)
from supervisor.desk import NotFound, Refused, Request

Files = dict[str, str]
DROPPED = "d" * 40


@dataclass(frozen=True)
class Made:
    hash: str
    parent: str | None
    files: Mapping[str, str]
    message: str
    turn: str | None


@dataclass
class Repository:
    """One thread's: its files, and its commits, the first one first."""

    files: Files
    commits: list[Made] = field(default_factory=list[Made])
    kept: dict[str, Files] = field(default_factory=dict[str, Files])
    dropped: dict[str | None, str] = field(default_factory=dict[str | None, str])  # by turn
    parked: dict[str, str] = field(default_factory=dict[str, str])  # the branch, by turn

    def __post_init__(self) -> None:
        self.commit("Begin", None)

    @property
    def head(self) -> Made:
        return self.commits[-1]

    @property
    def dirty(self) -> bool:
        return self.files != self.head.files

    @property
    def uncommitted(self) -> Files:
        """What was written since the last commit."""
        before = self.head.files
        return {path: text for path, text in self.files.items() if before.get(path) != text}

    @property
    def messages(self) -> list[str]:
        return [made.message for made in self.commits[1:]]

    def commit(self, message: str, turn: str | None) -> Made:
        parent = self.commits[-1].hash if self.commits else None
        text = repr((parent, sorted(self.files.items()), message, turn))
        made = Made(
            hashlib.sha1(text.encode()).hexdigest(), parent, dict(self.files), message, turn
        )
        self.commits.append(made)
        return made

    def found(self, hash: str) -> Made:
        return next(made for made in self.commits if made.hash == hash)


def differing(one: Mapping[str, str], other: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted(p for p in {*one, *other} if one.get(p) != other.get(p)))


class Keeper:
    """`unknown` threads are none, of those `away` it cannot tell; `refusing` are kinds of requests
    that it refuses.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        self.repositories: dict[ThreadKey, Repository] = {}
        self.unknown: set[ThreadKey] = set()
        self.away: set[ThreadKey] = set()
        self.refusing: dict[type[Request[Any]], str] = {}
        self.asked: list[Request[Any]] = []
        self.conflicts: tuple[str, ...] = ()
        self.pages: list[Checked] = []  # what the next looks at the preview show

    def __getitem__(self, key: ThreadKey) -> Repository:
        return self.repositories.setdefault(key, Repository({"index.md": "# Hello"}))

    def history(self, key: ThreadKey) -> Path:
        return self.place / "histories" / f"{key.thread}.jsonl"

    async def answer(self, request: Request[Any]) -> object:
        self.asked.append(request)
        if reason := self.refusing.get(type(request)):
            raise Refused(reason)
        match request:
            case ListHistories():
                return tuple(
                    History(key, self.history(key))
                    for key in self.repositories
                    if self.history(key).exists()
                )
            case FindProject(client, user):
                if all((key.client, key.user) != (client, user) for key in self.repositories):
                    raise NotFound("cannot find it: open a thread first")
                return Project(client, user, None, "main", "", "", self.place / "histories")
            case FindWorkspace(key) if key in self.unknown:
                raise NotFound("cannot find it: open it first")
            case FindWorkspace(key) if key in self.away:
                raise Refused("cannot look for it: its volume is away")
            case FindWorkspace(key):
                return self._workspace(key)
            case RefreshPreview() | StartPreview():
                return None
            case CheckPreview():
                return self.pages.pop(0) if self.pages else Checked(("/",))
            case _:
                return self._git(self[request.key], request)  # type: ignore[attr-defined]

    def _workspace(self, key: ThreadKey) -> Workspace:
        return Workspace(
            key=key,
            root=self.place / key.thread,
            project=self.place,
            history=self.history(key),
            branch=key.branch,
            head=self[key].head.hash,
            resumed=True,
        )

    def _git(self, git: Repository, request: Request[Any]) -> object:
        match request:
            case ReadGit():
                changed = differing(git.head.files, git.files)
                return GitState("thread", ("thread",), modified=changed, head=git.head.hash)
            case ReadLog():
                return tuple(map(_entry, reversed(git.commits)))
            case ReadDiff(base=base, target=target):
                one = git.head.files if base is None else git.found(base).files
                other = git.files if target is None else git.found(target).files
                return Diff(tuple(FileDiff(p, "modified") for p in differing(one, other)))
            case CommitChanges(message=message, turn=turn):
                changed = differing(git.head.files, git.files)
                return Commit(git.commit(message, turn).hash, changed) if changed else None
            case SaveChanges():
                return "5" * 40 if git.dirty else None
            case DropChanges():
                was, git.files = git.files, dict(git.head.files)
                if was == git.files:
                    return None
                git.kept[DROPPED] = was
                git.dropped[request.turn] = DROPPED
                return DROPPED
            case FindDropped(turn=turn):
                return git.dropped.get(turn)
            case FindParked(turn=turn):
                return git.parked.get(turn)
            case RestoreCommit() if self.conflicts:
                conflicts = tuple(Conflict(path, "uncommitted") for path in self.conflicts)
                return Merged(Outcome.CONFLICTS, git.head.hash, conflicts)
            case RestoreCommit(commit=commit, turn=turn) if commit in git.kept:
                git.files = dict(git.kept[commit])
                return Merged(Outcome.RESTORED, git.commit(str(request.message), turn).hash)
            case RestoreCommit(commit=commit, turn=turn):
                uncommitted = git.uncommitted
                git.files = dict(git.found(commit).files)
                outcome = Outcome.RESTORED if git.dirty else Outcome.UP_TO_DATE
                if git.dirty:
                    git.commit(str(request.message), turn)
                git.files |= uncommitted
                return Merged(outcome, git.head.hash)
            case _:
                raise AssertionError(request)


def _entry(made: Made) -> LogEntry:
    parents = () if made.parent is None else (made.parent,)
    return LogEntry(made.hash, parents, "", "", 0, made.message, made.message, None, made.turn)
