"""How many pixels an image has, by its header alone: none of them is ever unpacked here.

Synchronous, where a file is on a disk.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

MOST_SEGMENTS = 1000  # of a JPEG before the one with its size; profiles may be many
MOST_META = 1024 * 1024  # bytes of an AVIF before its pixels


@dataclass(frozen=True, slots=True)
class Size:
    """In pixels, as the file has them: before any turning that its metadata ask for."""

    width: int
    height: int


def size_of(file: BinaryIO, media_type: str) -> Size | None:
    """How large an image with pixels is, of which only the header is read, from its beginning.

    None where that is broken. Raises `OSError`.
    """
    file.seek(0)
    try:
        found = _MEASURES[media_type](file)
    except (struct.error, _Broken):
        return None
    return found if found.width > 0 and found.height > 0 else None


class _Broken(Exception):
    """This is no header of that kind."""


def _png(file: BinaryIO) -> Size:
    kind, width, height = struct.unpack(">12x4sII", file.read(24))
    if kind != b"IHDR":
        raise _Broken
    return Size(width, height)


def _gif(file: BinaryIO) -> Size:
    return Size(*struct.unpack("<6xHH", file.read(10)))


def _jpeg(file: BinaryIO) -> Size:
    file.seek(2)
    for _ in range(MOST_SEGMENTS):
        mark, kind = struct.unpack("BB", file.read(2))
        while kind == 0xFF:  # what comes before a marker may be longer
            (kind,) = struct.unpack("B", file.read(1))
        if mark != 0xFF or kind in (0x00, 0xD9, 0xDA):
            raise _Broken
        if kind == 0x01 or 0xD0 <= kind <= 0xD7:
            continue  # these have no length
        (length,) = struct.unpack(">H", file.read(2))
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">xHH", file.read(5))
            return Size(width, height)
        file.seek(max(length - 2, 0), os.SEEK_CUR)
    raise _Broken


def _webp(file: BinaryIO) -> Size:
    head = file.read(30)
    match head[12:16]:
        case b"VP8 ":
            width, height = struct.unpack("<HH", head[26:30])
            return Size(width & 0x3FFF, height & 0x3FFF)
        case b"VP8L":
            (bits,) = struct.unpack("<I", head[21:25])
            return Size((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
        case b"VP8X" if len(head) == 30:
            sides = (int.from_bytes(head[at : at + 3], "little") + 1 for at in (24, 27))
            return Size(*sides)
        case _:
            raise _Broken


def _avif(file: BinaryIO) -> Size:
    """The largest of the sizes that are said: besides the image there may be a small one of it."""
    said = _boxes(file.read(MOST_META), b"meta", b"iprp", b"ipco", b"ispe")
    sizes = [Size(*struct.unpack(">4xII", box[:12])) for box in said]
    if not sizes:
        raise _Broken
    return max(sizes, key=lambda size: size.width * size.height)


def _boxes(data: bytes, *path: bytes) -> Iterator[bytes]:
    """The contents of boxes (ISO 14496-12) by the kinds of those around them and their own."""
    at = 0
    while at + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        end = len(data) if length == 0 else at + length
        if length not in range(1, 8) and kind == path[0]:
            content = data[at + 8 : end]
            if kind == b"meta":
                content = content[4:]  # its version comes first
            if len(path) == 1:
                yield content
            else:
                yield from _boxes(content, *path[1:])
        at = max(end, at + 8)


_MEASURES: Mapping[str, Callable[[BinaryIO], Size]] = {
    "image/png": _png,
    "image/jpeg": _jpeg,
    "image/gif": _gif,
    "image/webp": _webp,
    "image/avif": _avif,
}
