"""Looks for marks in all that a daemon leaves behind: files, what is packed in them, git's objects.

Blocking.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import stat
import subprocess
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from tests.secrets.marks import Marks

MOST = 512 * 1024 * 1024  # bytes of one file, and of what one is unpacked to
_DEEPEST = 3


@dataclass(frozen=True, order=True)
class Found:
    """A mark by its name, and where it is."""

    mark: str
    place: str


def in_bytes(marks: Marks, data: bytes, place: str) -> Iterator[Found]:
    """In a text, and in what is packed in it."""
    names = {name for part in _unpacked(data) for name in marks.found_in(part)}
    yield from (Found(name, place) for name in sorted(names))


def in_folder(marks: Marks, folder: Path) -> Iterator[Found]:
    """In all below a folder: names, targets of links, files, and every object of a repository."""
    for path in _all(folder):
        place = str(path.relative_to(folder))
        yield from in_bytes(marks, os.fsencode(path.name), f"{place} (name)")
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            yield from in_bytes(marks, os.fsencode(os.readlink(path)), f"{place} (link)")
        elif stat.S_ISREG(mode):
            assert path.stat().st_size <= MOST, f"{path} is too large to be looked through"
            yield from in_bytes(marks, path.read_bytes(), place)
        elif stat.S_ISDIR(mode) and _is_repository(path):
            for name, data in _objects(path):
                yield from in_bytes(marks, data, f"{place}/{name}")


def _all(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            yield Path(parent, name)


def _unpacked(data: bytes, deep: int = 0) -> Iterator[bytes]:
    yield data
    if deep < _DEEPEST:
        for magic, unpack in _PACKED.items():
            if data.startswith(magic):
                for part in unpack(data):
                    yield from _unpacked(part, deep + 1)


def _gz(data: bytes) -> Iterator[bytes]:
    try:
        with gzip.open(BytesIO(data)) as stream:
            yield stream.read(MOST)
    except (OSError, EOFError, zlib.error):
        yield from _inflated(data, 31)


def _zlib(data: bytes) -> Iterator[bytes]:
    yield from _inflated(data, 15)


def _inflated(data: bytes, bits: int) -> Iterator[bytes]:
    """As much as there is of a stream that was cut short, or is none."""
    stream = zlib.decompressobj(bits)
    parts: list[bytes] = []
    try:
        for at in range(0, len(data), 1024):
            parts += [stream.decompress(data[at : at + 1024])]
    except zlib.error:
        pass
    yield b"".join(parts)


def _xz(data: bytes) -> Iterator[bytes]:
    try:
        yield lzma.decompress(data)
    except lzma.LZMAError:
        return


def _bz2(data: bytes) -> Iterator[bytes]:
    try:
        yield bz2.decompress(data)
    except (OSError, ValueError):
        return


def _zip(data: bytes) -> Iterator[bytes]:
    try:
        with ZipFile(BytesIO(data)) as archive:
            for name in archive.namelist():
                yield archive.read(name)
    except (BadZipFile, OSError, RuntimeError, NotImplementedError):
        return


_PACKED: dict[bytes, Callable[[bytes], Iterator[bytes]]] = {
    b"\x1f\x8b": _gz,
    b"x\x01": _zlib,  # also a loose object of git
    b"x\x5e": _zlib,
    b"x\x9c": _zlib,
    b"x\xda": _zlib,
    b"\xfd7zXZ\0": _xz,
    b"BZh": _bz2,
    b"PK\x03\x04": _zip,
}


def _is_repository(folder: Path) -> bool:
    return (folder / "objects").is_dir() and (folder / "HEAD").is_file()


def _objects(repository: Path) -> Iterator[tuple[str, bytes]]:
    """Every object that is there, reachable or not, in packs or not, as `kind hash` and content."""
    done = subprocess.run(
        ["git", "cat-file", "--batch", "--batch-all-objects", "--unordered"],
        env={"PATH": os.environ["PATH"], "GIT_DIR": str(repository), "GIT_CONFIG_NOSYSTEM": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    at, told = 0, done.stdout
    while at < len(told):
        end = told.index(b"\n", at)
        name, kind, size = told[at:end].decode().split()
        at = end + 1
        yield f"{kind} {name[:12]}", told[at : at + int(size)]
        at += int(size) + 1
