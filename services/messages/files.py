"""Desk "workspaces": the files of a thread, looked at and changed by a person's programs.

A file is known by its hash, git's for a blob of its content. Paths are relative to the worktree.
What git ignores, what is private, and what is behind a link is none of the thread's files.
"""

from __future__ import annotations

from typing import BinaryIO, Literal

from msgspec import Struct

from services.messages.keys import ThreadKey
from supervisor.desk import Refused, Request

LARGEST_FILE = 10 * 1024 * 1024  # bytes, of one that is read or written as a whole
MOST_IMAGES = 20  # that are stored at once


class Differs(Refused):
    """A file is not as expected: it has the hash `current`, or there is none."""

    def __init__(self, text: str, current: str | None) -> None:
        super().__init__(text)
        self.current = current


class Entry(Struct, frozen=True):
    """What is at a path. `size` in bytes and `hash` are those of a file.

    The hash is None where the file is too large, or where many large ones came before it.
    """

    path: str
    type: Literal["folder", "file", "link"]
    size: int | None = None
    hash: str | None = None
    executable: bool = False


class Listing(Struct, frozen=True):
    """Entries in the order of a tree: folders before files, each followed by what is in it.

    `truncated` where there are more; what is near the top is there before what is deep.
    """

    entries: tuple[Entry, ...]
    truncated: bool


class ListFiles(Request[Listing], frozen=True):
    """What is in a folder, to a depth; `limit` entries at most. Raises `NotFound`, `Invalid`."""

    key: ThreadKey
    path: str = ""
    depth: int | None = None
    limit: int = 1000


class Content(Struct, frozen=True):
    """All of a file."""

    entry: Entry
    data: bytes


class ReadFile(Request[Content], frozen=True):
    """One file. Raises `NotFound`, `Invalid`, and `Refused` for a large one."""

    key: ThreadKey
    path: str


class WriteFile(Request[Entry], frozen=True):
    """Put a content in place of the file with the hash `expected`, or where there is none.

    Refused while a turn runs in the thread. Raises `Differs`, `Invalid`.
    """

    key: ThreadKey
    path: str
    data: bytes
    expected: str | None


class RemoveFile(Request[None], frozen=True):
    """Remove the file with the hash `expected`, and folders that are empty then.

    Refused while a turn runs in the thread. Raises `Differs`, `NotFound`, `Invalid`.
    """

    key: ThreadKey
    path: str
    expected: str


class MoveFile(Request[Entry], frozen=True):
    """Give the file with the hash `expected` another path, where there is nothing.

    Refused while a turn runs in the thread. Raises `Differs`, `NotFound`, `Invalid`.
    """

    key: ThreadKey
    source: str
    target: str
    expected: str


class Upload(Struct, frozen=True):
    """An image from outside: `name` as whoever sends it calls it.

    `file` is read from its beginning; it stays whoever's it is who asks.
    """

    name: str
    file: BinaryIO


class Stored(Struct, frozen=True):
    """An image of the site: `address` is where the site serves it; None where it does not.

    `width` and `height` are in pixels; of an SVG nobody knows them.
    """

    entry: Entry
    media_type: str
    address: str | None
    width: int | None
    height: int | None


class StoreImages(Request[tuple[Stored, ...]], frozen=True):
    """Put images into a folder of the site, all of them or none, under names that are free.

    Without a `folder` it is `public/uploads` of the site. Refused while a turn runs in the
    thread. Raises `Invalid` for what is no image, or too large.
    """

    key: ThreadKey
    images: tuple[Upload, ...]
    folder: str | None = None
