"""What went wrong, for the person who can act on it."""

from __future__ import annotations

from typing import cast


class Failed(Exception):
    """The end of a life that its text tells in full: no traceback would say more."""


def summary(error: BaseException) -> str:
    """What went wrong, in one line that a person can act on."""
    if isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        return "; ".join(dict.fromkeys(summary(leaf) for leaf in group.exceptions))
    text = str(error)
    if isinstance(error, Failed):
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def unexpected(group: BaseExceptionGroup[Exception]) -> BaseException | None:
    """The part of a failure that is worth a traceback, or None."""
    return group.split(Failed)[1]
