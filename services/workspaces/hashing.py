"""What a file is known by: git's hash for a blob of its content. Pure."""

from __future__ import annotations

import hashlib


def blob_id(data: bytes) -> str:
    """As `git hash-object` says it of a file that no attribute of the repository changes."""
    return hashlib.sha1(head_of(len(data)) + data, usedforsecurity=False).hexdigest()


def head_of(length: int) -> bytes:
    """What git has before a content of so many bytes when it hashes it."""
    return f"blob {length}\0".encode()
