"""The history of a thread as the program kept it that this one follows.

A JSON file that it wrote anew after each instruction, with `history`: objects with `instruction`,
`mode`, `timestamp`, `result`, `filesChanged`, `committed`, `commitHash`. That program checked none
of it and could end in the middle of writing, so nothing is taken for granted here: what cannot be
read is left out.
"""

from __future__ import annotations

import json
import os
import re
import stat
import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from services.messages import Mode, ThreadKey, TurnInfo, TurnState

LARGEST = 16 * 1024 * 1024  # bytes; a history beyond that is no conversation
_HASH = re.compile(r"[0-9a-f]{7,40}")


def read_original(path: Path, key: ThreadKey) -> tuple[TurnInfo, ...]:
    """The turns that are in a file of that program, oldest first; none where there is none.

    Synchronous; never raises for what a file may hold or be.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST:
                return ()
            return parse(file.read(), key)
    except OSError:
        return ()


def parse(content: bytes, key: ThreadKey) -> tuple[TurnInfo, ...]:
    """The turns that such a file tells of, ended all of them.

    Their ids come from their place and their time, so that they stay the same while the history
    grows, and sort before every id that this program gives.
    """
    try:
        written = json.loads(content.decode("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError):
        return ()
    return tuple(_turns(written, key))


def _turns(written: Any, key: ThreadKey) -> Iterator[TurnInfo]:
    history = _object(written).get("history")
    for place, entry in enumerate(cast("list[Any]", history) if isinstance(history, list) else ()):
        fields = _object(entry)
        instruction, output = _text(fields.get("instruction")), _output(fields.get("result"))
        if not instruction and not output:
            continue
        when = _time(fields.get("timestamp"))
        stamp = zlib.crc32(repr(fields.get("timestamp")).encode(errors="replace"))
        yield TurnInfo(
            turn=f"{place:012x}{stamp:08x}",
            key=key,
            state=TurnState.COMMITTED,
            instruction=instruction,
            mode=_mode(fields.get("mode")),
            output=output,
            files=_files(fields.get("filesChanged")),
            commit=_commit(fields),
            queued=when,
            started=when,
            finished=when,
        )


def _object(value: Any) -> Mapping[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    """A text that UTF-8 can say: JavaScript may cut one in the middle of a character."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else ""


def _output(value: Any) -> str:
    return _text(value) or _text(_object(value).get("output"))


def _mode(value: Any) -> Mode:
    return Mode(value) if value in tuple(Mode) else Mode.EXECUTE


def _files(value: Any) -> tuple[str, ...]:
    found = cast("list[Any]", value) if isinstance(value, list) else ()
    return tuple(dict.fromkeys(filter(None, map(_text, found))))


def _commit(fields: Mapping[str, Any]) -> str | None:
    found = _text(fields.get("commitHash"))
    return found if fields.get("committed") is True and _HASH.fullmatch(found) else None


def _time(value: Any) -> float:
    """In Unix seconds, 0 where it is none; a number is what JavaScript calls the time."""
    try:
        if isinstance(value, str):
            said = datetime.fromisoformat(value)
            return max(0.0, (said if said.tzinfo else said.replace(tzinfo=UTC)).timestamp())
        if isinstance(value, int | float) and not isinstance(value, bool):
            return max(0.0, datetime.fromtimestamp(value / 1000, UTC).timestamp())
    except (ValueError, OverflowError, OSError):
        pass
    return 0.0
