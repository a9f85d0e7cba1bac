"""What can go wrong with a call."""

from __future__ import annotations

from typing import Any

import msgspec

# What reading JSON raises where it is none; the last for lists in lists beyond Python's stack.
NONSENSE = (msgspec.DecodeError, UnicodeError, RecursionError)


class Problem(Exception):
    """The API refused: `status`, and in `detail` one sentence that says what to do.

    With 304 nothing is wrong: what was asked for is still what `if_none_match` named.

    `extensions` are the further fields of the answer, the `turn` of one that failed for example;
    `retry_after` is how many seconds to wait before asking again, where the API said so.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        title: str = "",
        type: str = "about:blank",
        extensions: dict[str, Any] | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{status}: {detail}")
        self.status = status
        self.detail = detail
        self.title = title
        self.type = type
        self.extensions = extensions or {}
        self.retry_after = retry_after


class Unreachable(Exception):
    """There was no answer, or none that could be read: the connection failed, or time was up.

    What was asked for may have been done.
    """


def problem_of(status: int, body: bytes, retry_after: float | None) -> Problem:
    """A refusal: a problem, what the original's routes say, or what some proxy says."""
    if status == 304:
        detail = "not changed: it is what the If-None-Match names"
        return Problem(status, detail, title="Not Modified", retry_after=retry_after)
    try:
        said: Any = msgspec.json.decode(body)
    except NONSENSE:
        said = None
    if not isinstance(said, dict):
        text = body[:500].decode(errors="replace").strip()
        return Problem(status, text or "refused without a word", retry_after=retry_after)
    fields: dict[str, Any] = dict(said)  # pyright: ignore[reportUnknownArgumentType]
    fields.pop("status", None)
    fields.pop("success", None)
    detail = fields.pop("detail", None) or fields.pop("error", None) or "refused without a word"
    return Problem(
        status,
        str(detail),
        title=str(fields.pop("title", "")),
        type=str(fields.pop("type", "about:blank")),
        extensions=fields,
        retry_after=retry_after,
    )
