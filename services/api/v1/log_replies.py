"""What services wrote, as our routes tell it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Literal

from msgspec import Struct

from services.api.shapes import EventStream, Reply
from services.api.streams.logs import Missed
from services.api.streams.places import Passage, Place
from services.api.v1.turn_replies import moment
from supervisor.context import Line

Stream = Literal["stdout", "stderr", "log"]


class LogLine(Reply, frozen=True, kw_only=True):
    """One line. `sequence` counts the service's lines, `stream` is log for the daemon's own.

    `partial` says that it goes on in the next one of its stream: it is longer than 16 KiB, or its
    end was long in coming.
    """

    id: str
    service: str
    stream: str
    pid: int
    sequence: int
    at: datetime | None
    text: str
    partial: bool


class LogsReply(Reply, frozen=True, kw_only=True):
    """Lines, oldest first. No line after `lastEvent` is missed by who reads on from there.

    `missed` lines after the given id are not kept any more, whatever their stream; with `anew` the
    service has begun to count anew since, and more may be missing. `lastEvent` is null while
    nothing is kept.
    """

    lines: tuple[LogLine, ...]
    missed: int
    anew: bool
    last_event: str | None


class LogEvents(EventStream, frozen=True, kw_only=True):
    """Each line; `missed` stands for lines that are not there any more."""

    events: ClassVar[Mapping[str, type[Struct]]] = {"line": LogLine, "missed": Missed}


def described(place: Place, line: Line) -> LogLine:
    return LogLine(
        id=str(place),
        service=line.service,
        stream=line.stream,
        pid=line.pid,
        sequence=line.sequence,
        at=moment(line.at),
        text=line.text,
        partial=line.partial,
    )


def logs_reply(read: Passage) -> LogsReply:
    return LogsReply(
        lines=tuple(described(place, line) for place, line in read.lines),
        missed=read.missed,
        anew=read.anew,
        last_event=None if read.end is None else str(read.end),
    )
