"""What is remembered of a workspace and its threads beside git: JSON files, read and replaced."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from services.nonsense import NONSENSE
from services.workspaces.layout import Layout
from services.workspaces.writing import write_whole


class Metadata(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What is remembered of a workspace; times are ISO 8601 in UTC.

    `site` is the folder of the site in the repository, empty where nobody said which it is.
    """

    created: str
    repo_url: str | None
    last_accessed: str
    site: str = ""


class Record(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What is remembered of a thread.

    `pending` is what somebody began and has not finished: the next start does. What it needs to
    know for that is in the rest: the branch that the thread is on while it has no worktree,
    whether its own goes with it, the commit that it starts at, and one with uncommitted files.
    """

    title: str
    created: str
    updated: str
    archived: bool = False
    pending: Literal["open", "archive", "delete"] | None = None
    branch: str | None = None
    and_branch: bool = False
    start: str | None = None
    carried: str | None = None


def now() -> str:
    """This moment, as records have it."""
    return then(datetime.now(UTC).timestamp())


def then(seconds: float) -> str:
    """A moment in Unix seconds, as records have it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def new(title: str) -> Record:
    """The record of a thread that begins."""
    moment = now()
    return Record(title=title, created=moment, updated=moment)


def read_metadata(path: Path) -> Metadata | None:
    """What the file says; None where it is missing or no metadata."""
    return _read(path, Metadata)


def touch_metadata(path: Path, repo_url: str | None, site: str | None = None) -> None:
    """Note an access, keeping the moment of creation; a reader sees the old file or the new.

    Without `site` that stays too.
    """
    known = read_metadata(path)
    moment = now()
    created = known.created if known else moment
    if site is None:
        site = known.site if known else ""
    _write(path, Metadata(created, repo_url, moment, site))


def read_record(layout: Layout, thread: str) -> Record | None:
    """What is remembered of a thread; None where that is nothing."""
    return _read(layout.record(thread), Record)


def write_record(layout: Layout, thread: str, record: Record) -> Record:
    layout.histories.mkdir(parents=True, exist_ok=True)
    _write(layout.record(thread), record)
    return record


T = TypeVar("T", Metadata, Record)


def _read(path: Path, shape: type[T]) -> T | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=shape)
    except (FileNotFoundError, *NONSENSE):
        return None


def _write(path: Path, content: msgspec.Struct) -> None:
    write_whole(path, msgspec.json.format(msgspec.json.encode(content)) + b"\n")
