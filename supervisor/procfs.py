"""What /proc says of processes, each read with one descriptor."""

from __future__ import annotations

import os
from typing import NamedTuple

CHUNK = 64 * 1024


class Stat(NamedTuple):
    """Of /proc/PID/stat what is of use, as proc(5) has it; `began` in clock ticks."""

    state: bytes
    parent: int
    session: int
    flags: int
    began: int


def processes() -> list[tuple[str, int]]:
    """All of them, each by its number and the inode of its folder."""
    with os.scandir("/proc") as entries:
        return [(entry.name, entry.inode()) for entry in entries if entry.name.isdecimal()]


def stat(name: str) -> Stat:
    """Raises `OSError` where there is no such process any more."""
    fields = read(name, "stat").rpartition(b") ")[2].split(b" ", 20)
    return Stat(fields[0], int(fields[1]), int(fields[3]), int(fields[6]), int(fields[19]))


def variables(name: str) -> list[bytes]:
    """Its environment as it began, as `NAME=value`; nothing in the middle of an exec and on its
    way out. Raises `OSError` where it is gone, or not ours to read.
    """
    try:
        environment = read(name, "environ")
    except ProcessLookupError:  # what Linux says, of late, of one on its way out: not that it left
        return []
    return environment.split(b"\0") if environment else []


def read(name: str, file: str) -> bytes:
    descriptor = os.open(f"/proc/{name}/{file}", os.O_RDONLY | os.O_CLOEXEC)
    try:
        data = chunk = os.read(descriptor, CHUNK)
        while len(chunk) == CHUNK:
            data += (chunk := os.read(descriptor, CHUNK))
        return data
    finally:
        os.close(descriptor)
