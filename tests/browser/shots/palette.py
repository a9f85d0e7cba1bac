"""A PNG with at most 256 colours, which a page of text and surfaces hardly shows."""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS = 256


def reduced(png: bytes) -> bytes:
    """The same picture with a palette; `png` has 8 bits a channel, as Chromium writes it."""
    parts = dict[bytes, bytes]()
    for kind, data in _chunks(png):
        parts[kind] = parts.get(kind, b"") + data
    width, height, depth, colour, *_, interlaced = struct.unpack(">IIBBBBB", parts[b"IHDR"])
    assert (depth, interlaced) == (8, 0)
    assert colour in (2, 6)
    channels = 3 if colour == 2 else 4
    rows = list(_rows(zlib.decompress(parts[b"IDAT"]), width, height, channels))
    counted = Counter[bytes]()
    for row in rows:
        counted.update(row)
    palette, index = _palette(counted)
    lines = b"".join(b"\0" + bytes([index[pixel] for pixel in row]) for row in rows)
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    return SIGNATURE + b"".join(
        (
            _chunk(b"IHDR", header),
            _chunk(b"PLTE", b"".join(palette)),
            _chunk(b"IDAT", zlib.compress(lines, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _palette(counted: Counter[bytes]) -> tuple[list[bytes], dict[bytes, int]]:
    """The colours that are met most, apart from one another, and the nearest for each colour."""
    palette: list[bytes] = []
    taken = set[tuple[int, ...]]()
    for pixel, _ in counted.most_common():
        about = tuple(value >> 3 for value in pixel)
        if about not in taken and len(palette) < COLOURS:
            taken.add(about)
            palette.append(pixel)
    index = {
        pixel: min(range(len(palette)), key=lambda at: _distance(palette[at], pixel))
        for pixel in counted
    }
    return palette, index


def _distance(one: bytes, other: bytes) -> int:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2 + (one[2] - other[2]) ** 2


def _rows(data: bytes, width: int, height: int, channels: int) -> Iterator[list[bytes]]:
    """The pixels of each line, red, green and blue, without what PNG does to filter them."""
    stride = width * channels
    above = bytearray(stride)
    for number in range(height):
        at = number * (stride + 1)
        line = bytearray(data[at + 1 : at + 1 + stride])
        _unfilter(data[at], line, above, channels)
        yield [bytes(line[x : x + 3]) for x in range(0, stride, channels)]
        above = line


def _unfilter(how: int, line: bytearray, above: bytearray, step: int) -> None:
    for x in range(len(line)):
        left = line[x - step] if x >= step else 0
        corner = above[x - step] if x >= step else 0
        match how:
            case 0:
                return
            case 1:
                added = left
            case 2:
                added = above[x]
            case 3:
                added = (left + above[x]) // 2
            case _:
                added = _paeth(left, above[x], corner)
        line[x] = (line[x] + added) & 0xFF


def _paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda value: abs(guess - value))


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    assert png.startswith(SIGNATURE)
    at = len(SIGNATURE)
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at : at + 8])
        yield kind, png[at + 8 : at + 8 + size]
        at += size + 12


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)
