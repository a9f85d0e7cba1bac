"""Whether a folder can be kept in, before anything is: reasons for people, with what to do.

Blocking. A file is tried and removed again, since a mode says little of a network's volume.
"""

from __future__ import annotations

import errno
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ENOUGH = 64 * 1024  # bytes that are written to see whether there is room at all
SCARCE = 128 * 1024 * 1024
FEW = 3  # of what belongs to others, to be named
MEMORY = frozenset({"tmpfs", "ramfs"})
# Where Docker and Podman keep a volume that nobody gave a name.
_ANONYMOUS = re.compile(r"/volumes/[0-9a-f]{64}/_data$")
_ESCAPED = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class Mounted:
    """The mount that a path is on: where, of which kind, and from which folder of its source."""

    place: str
    kind: str
    source: str

    @property
    def is_anonymous(self) -> bool:
        return _ANONYMOUS.search(self.source) is not None


def unfit(folder: Path) -> str | None:
    """Why nothing can be kept in a folder, or None. One that is missing is to be made."""
    place = _nearest(folder)
    if not place.is_dir():
        return f"{place} is a file: name a folder, or mount a volume there"
    try:
        owner = _tried(place)
    except OSError as error:
        return _reason(folder, place, error)
    if owner != os.geteuid():
        return (
            f"what is written to {place} comes to belong to uid {owner}, and this runs as uid"
            f" {os.geteuid()}: git trusts no files of others; give the EFS access point this uid as"
            f" its PosixUser, or start the container with --user {owner}"
        )
    return None


def barren(folder: Path) -> str | None:
    """Why no program and no library in a folder can be used, or None."""
    place = _nearest(folder)
    if not os.statvfs(place).f_flag & os.ST_NOEXEC:
        return None
    return (
        f"nothing that is in {place} can be run, for it is mounted noexec, as docker's --tmpfs does"
        " by itself: write '--tmpfs /tmp:exec', or mount a volume there"
    )


def doubts(folder: Path) -> Iterator[str]:
    """What a person may want to know of a folder that can be kept in."""
    if not folder.is_dir():
        return
    strangers = _strangers(folder)
    if strangers:
        yield (
            f"{', '.join(strangers)} in {folder} belong to others, and this runs as uid"
            f" {os.geteuid()}: git trusts no files of others; start the container with the uid that"
            f" made them, or chown them"
        )
    room = os.statvfs(folder)
    left = room.f_bavail * room.f_frsize
    if left < SCARCE:
        yield f"only {left >> 20} MB are left in {folder}: make room, or mount a larger volume"


def mounted(folder: Path, mountinfo: str | None = None) -> Mounted | None:
    """The mount that a folder is on, or would be; None where that cannot be told."""
    if mountinfo is None:
        try:
            mountinfo = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None
    path = os.path.realpath(folder)
    found: Mounted | None = None
    for line in mountinfo.splitlines():  # of two at one place the later one is on top
        fields, _, rest = line.partition(" - ")
        source, place = map(_unescaped, fields.split(" ")[3:5])
        if os.path.commonpath((path, place)) == place and (
            found is None or len(place) >= len(found.place)
        ):
            found = Mounted(place, rest.partition(" ")[0], source)
    return found


def _nearest(folder: Path) -> Path:
    """The folder, or the nearest above it that is there."""
    for place in (folder.absolute(), *folder.absolute().parents):
        if os.path.lexists(place):
            return place
    return Path("/")


def _tried(place: Path) -> int:
    """Write a file and remove it; whose it was. Raises `OSError`."""
    descriptor, name = tempfile.mkstemp(prefix=".nurseryd-", dir=place)
    try:
        with open(descriptor, "wb") as file:
            file.write(bytes(ENOUGH))
            file.flush()
            os.fsync(file.fileno())  # a network's volume may say no sooner that it is full
            return os.fstat(file.fileno()).st_uid
    finally:
        os.unlink(name)


def _reason(folder: Path, place: Path, error: OSError) -> str:
    uid = os.geteuid()
    missing = "" if place == folder.absolute() else f"there is no {folder}, and it cannot be made: "
    match error.errno:
        case errno.EROFS:
            return (
                f"{missing}{place} is read-only: mount a volume there that may be written to"
                " (without ':ro', and on ECS with readOnly false)"
            )
        case errno.ENOSPC | errno.EDQUOT:
            return f"{missing}{place} is full: make room, or mount a larger volume"
        case errno.EACCES | errno.EPERM:
            owner = place.stat().st_uid
            if owner == uid:
                return (
                    f"{missing}{place} may not be written to by uid {uid}, whose it is: allow it"
                    f" with 'chmod u+rwx {place}'"
                )
            return (
                f"{missing}{place} belongs to uid {owner}, and this runs as uid {uid}, which may"
                f" not write there: give the EFS access point {uid} as its PosixUser, or start the"
                f" container with --user {owner}, or chown the folder to {uid}"
            )
        case _:
            return f"{missing}cannot write to {place}: {error.strerror}"


def _strangers(folder: Path) -> list[str]:
    """Some of what is in a folder and somebody else's."""
    found: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                owner = entry.stat(follow_symlinks=False).st_uid
                if owner != os.geteuid() and entry.name != "lost+found":
                    found.append(f"{entry.name} (uid {owner})")
                    if len(found) == FEW:
                        break
    except OSError:
        pass  # what cannot be looked at is told when somebody needs it
    return sorted(found)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 8)), text)
