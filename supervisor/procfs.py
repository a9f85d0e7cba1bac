"""What /proc says of processes, each read with one descriptor."""

from __future__ import annotations

import os
from typing import NamedTuple

CHUNK = 64 * 1024


class Stat(NamedTuple):
    """Of /proc/PID/stat what is of use, as proc(5) has it, times in clock ticks.

    `ran` is what it took of a processor, with what its children took that it waited for; `own` is
    that without them. `resident` are pages.
    """

    state: bytes
    parent: int
    session: int
    flags: int
    began: int
    ran: int
    own: int
    resident: int


def processes() -> list[tuple[str, int]]:
    """All of them, each by its number and the inode of its folder."""
    with os.scandir("/proc") as entries:
        return [(entry.name, entry.inode()) for entry in entries if entry.name.isdecimal()]


def stat(name: str) -> Stat:
    """Raises `OSError` where there is no such process any more."""
    fields = read(name, "stat").rpartition(b") ")[2].split(b" ", 22)
    own = int(fields[11]) + int(fields[12])
    return Stat(
        state=fields[0],
        parent=int(fields[1]),
        session=int(fields[3]),
        flags=int(fields[6]),
        began=int(fields[19]),
        ran=own + int(fields[13]) + int(fields[14]),
        own=own,
        resident=int(fields[21]),
    )


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
