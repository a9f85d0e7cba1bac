"""What files are like, as our routes tell it."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from services.api.shapes import Body, Query, Reply
from services.messages import Entry, Listing

_Hash = Annotated[str, Meta(pattern="^[0-9a-f]{40}$", examples=["0" * 40])]
_ETAG = {"ETag": "the hash of the file, in quotes"}


class TreeQuery(Query, frozen=True, kw_only=True):
    """Which folder, how deep, and how many entries at most; all of it where nothing is said."""

    path: str = ""
    depth: Annotated[int, Meta(ge=1, le=1000)] | None = None
    limit: Annotated[int, Meta(ge=1, le=5000)] = 1000


class MoveBody(Body, frozen=True, kw_only=True):
    """POST …/move: `expected` is the hash of the file, and `to` is where there is none."""

    source: str = msgspec.field(name="from")
    target: str = msgspec.field(name="to")
    expected: _Hash


class FileDescription(Reply, frozen=True, kw_only=True):
    """What is at a path, which is relative to the repository.

    `size` (in bytes) and `hash` are those of a file. The hash is the one that git gives its
    content, and its ETag without the quotes; null where the file is too large to be read here, or
    where too many large ones came before it in the list. Links are named and not followed.
    """

    path: str
    type: Literal["folder", "file", "link"]
    size: int | None
    hash: str | None
    executable: bool


class TreeReply(Reply, frozen=True, kw_only=True):
    """The entries in the order of a tree: folders before files, each followed by what is in it.

    Where there are more than the limit it is `truncated`: what is near the top is there, what is
    deeper is left out. Ask for one folder then.
    """

    entries: tuple[FileDescription, ...]
    truncated: bool


class FileReply(Reply, frozen=True, kw_only=True):
    """The file as it is."""

    headers: ClassVar = _ETAG
    file: FileDescription


class FileBytes(Reply, frozen=True, kw_only=True):
    """The bytes of the file, as a type that no browser runs."""

    media_type: ClassVar[str] = "*/*"
    headers: ClassVar = _ETAG


def file_described(entry: Entry) -> FileDescription:
    return FileDescription(
        path=entry.path,
        type=entry.type,
        size=entry.size,
        hash=entry.hash,
        executable=entry.executable,
    )


def tree_reply(listing: Listing) -> TreeReply:
    return TreeReply(
        entries=tuple(file_described(entry) for entry in listing.entries),
        truncated=listing.truncated,
    )
