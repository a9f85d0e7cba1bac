"""What the runner of a dev server reports, out of the records of its stdout. Pure.

A site's code runs in the runner's process, and what it logs is kept apart, but it could write a
record of its own on purpose. So nothing is believed that is not of the right shape and size, and
the worst that is left is a wrong word about that one site, to those who look at it.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatch
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from services.messages import (
    BuildError,
    Preview,
    PreviewBroken,
    PreviewEvent,
    PreviewUpdated,
)
from services.site.opening import UNWRITTEN

MOST_TEXT = 4000  # characters
MOST_NAME = 1000
MOST_PATHS = 20

_Number = Annotated[int, Meta(ge=1, le=2**31)]


class Ready(Struct, frozen=True, tag_field="event", tag="astro.ready"):
    """Its server listens at `port`, `ms` milliseconds after it was started."""

    port: Annotated[int, Meta(ge=1, le=65535)]
    ms: Annotated[int, Meta(ge=0, le=2**31)]


class Updated(Struct, frozen=True, tag_field="event", tag="astro.hmr"):
    """Its browsers were told to show something new."""

    type: Literal["update", "full-reload", "prune"]
    paths: tuple[str, ...] = ()


class Broken(Struct, frozen=True, tag_field="event", tag="astro.error"):
    """A page of it, or the whole of it, cannot be shown."""

    message: str
    file: str = ""
    line: _Number | None = None
    column: _Number | None = None
    frame: str = ""

    @property
    def error(self) -> BuildError:
        return BuildError(
            self.message[:MOST_TEXT],
            self.file[:MOST_NAME],
            self.line,
            self.column,
            self.frame[:MOST_TEXT],
        )


class Fixed(Struct, frozen=True, tag_field="event", tag="astro.fixed"):
    """What could not be shown can be shown again."""


class Clients(Struct, frozen=True, tag_field="event", tag="astro.clients"):
    """So many browsers are on its HMR socket."""

    count: Annotated[int, Meta(ge=0, le=100_000)]


RunnerReport = Ready | Updated | Broken | Fixed | Clients


def read(record: Mapping[str, Any]) -> RunnerReport | None:
    """What a record reports; None for one that is not the runner's, or not as it should be."""
    try:
        return msgspec.convert(record, RunnerReport)
    except msgspec.ValidationError:
        return None


def shown(preview: Preview, report: RunnerReport) -> Preview:
    """A preview as it is after a report."""
    match report:
        case Broken():
            return replace(preview, error=report.error)
        case Fixed():
            return replace(preview, error=None)
        case Clients(count=count):
            return replace(preview, clients=count)
        case Ready():
            # A new life: who looked at the one before has not come back yet.
            return replace(preview, error=None, clients=0)
        case Updated():
            return preview


def news(before: Preview, report: RunnerReport) -> PreviewEvent | None:
    """What its thread should hear of a report, if anything; `before` is the preview until then.

    Of what was built, nothing: its files are not those that the thread's preview shows.
    """
    if before.built is not None:
        return None
    match report:
        case Updated(type=kind, paths=paths):
            # A file that is being written has another name, which the dev server sees as well.
            named = [path for path in paths if not fnmatch(path.rpartition("/")[2], UNWRITTEN)]
            return PreviewUpdated(
                before.key, kind, tuple(path[:MOST_NAME] for path in named[:MOST_PATHS])
            )
        case Broken():
            return PreviewBroken(before.key, report.error)
        case Fixed() | Ready() if before.error is not None:
            return PreviewBroken(before.key, None)
        case _:
            return None
