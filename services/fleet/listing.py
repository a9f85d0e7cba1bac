"""The editors of a fleet, as ECS and its tags have them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from services.aws import Editor, public_addresses
from services.fleet.endings import why
from services.fleet.fleet import Fleet
from services.fleet.names import CLIENT_TAG, USER_TAG, started_by
from services.fleet.place import Addresses, direct
from services.fleet.wish import ADDRESS_TAG, PREVIEW_TAG
from supervisor.desk import Refused

COLUMNS = ("CLIENT", "USER", "STATE", "HEALTH", "SINCE", "ADDRESS", "TASK")


@dataclass(frozen=True)
class Row:
    """One task; `addresses` are None where it has none, yet or any more."""

    editor: Editor
    addresses: Addresses | None

    @property
    def key(self) -> tuple[str, str, float]:
        tags = self.editor.tags
        return tags.get(CLIENT_TAG, ""), tags.get(USER_TAG, ""), self.editor.created or 0.0


def listed(fleet: Fleet, client: str | None, user: str | None, *, stopped: bool) -> list[Row]:
    """All, or a client's, or a user's; with `stopped` those of the last hour too.

    Raises `Refused`.
    """
    name = started_by(fleet.place.fleet)
    editors = [one for one in fleet.editors.started_by(name) if one.stays]
    if stopped:
        editors += fleet.editors.stopped()
    wanted = {key: value for key, value in ((CLIENT_TAG, client), (USER_TAG, user)) if value}
    found = {
        one.arn: one
        for one in editors
        if wanted.items() <= one.tags.items() and one.started_by == name
    }
    return sorted(rows(found.values(), public=fleet.place.public_ip), key=lambda row: row.key)


def rows(editors: Iterable[Editor], *, public: bool) -> list[Row]:
    """With their addresses: the load balancer's by their tags, else their own.

    `public` says whether to look for public ones. Where that is not allowed, those in the VPC do.
    """
    known = list(editors)
    bare = [one.interface for one in known if one.interface and ADDRESS_TAG not in one.tags]
    found: Mapping[str, str] = {}
    if public and bare:
        try:
            found = public_addresses(bare)
        except Refused:
            found = {}
    return [Row(one, _addresses(one, found)) for one in known]


def _addresses(editor: Editor, public: Mapping[str, str]) -> Addresses | None:
    if editor.over:
        return None
    if ADDRESS_TAG in editor.tags:
        return Addresses(editor.tags[ADDRESS_TAG], editor.tags.get(PREVIEW_TAG, ""))
    return direct(public.get(editor.interface, editor.ip))


def as_json(row: Row) -> dict[str, Any]:
    """Times in UTC by ISO 8601."""
    editor, addresses = row.editor, row.addresses
    return {
        "client": editor.tags.get(CLIENT_TAG),
        "user": editor.tags.get(USER_TAG),
        "state": editor.state,
        "health": editor.health,
        "created": _iso(editor.created),
        "started": _iso(editor.started),
        "stopped": _iso(editor.stopped),
        "address": addresses and addresses.editor,
        "preview": addresses and addresses.preview,
        "task": editor.arn,
        "definition": editor.definition,
        "exit_code": editor.exit_code if editor.over else None,
        "reason": why(editor) if editor.over else None,
    }


def table(found: Sequence[Row], now: float) -> list[str]:
    """A line for each task, below the names of the columns; none for none."""
    lines = [COLUMNS, *(_cells(row, now) for row in found)] if found else []
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]


def _cells(row: Row, now: float) -> tuple[str, ...]:
    editor = row.editor
    since = editor.stopped if editor.over else editor.started or editor.created
    return (
        editor.tags.get(CLIENT_TAG, "-"),
        editor.tags.get(USER_TAG, "-"),
        editor.state,
        editor.health.lower(),
        "-" if since is None else _age(now - since),
        why(editor) if editor.over else row.addresses.editor if row.addresses else "-",
        editor.arn.rpartition("/")[2],
    )


def _age(seconds: float) -> str:
    minutes = max(0, int(seconds)) // 60
    if minutes < 60:
        return f"{minutes}m"
    hours = minutes // 60
    return f"{hours}h{minutes % 60:02}m" if hours < 24 else f"{hours // 24}d{hours % 24:02}h"


def _iso(moment: float | None) -> str | None:
    return None if moment is None else datetime.fromtimestamp(moment, UTC).isoformat()
