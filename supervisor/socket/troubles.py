"""What can go wrong between a client and a daemon, in words that say what to do."""

from __future__ import annotations

import os
import stat
from typing import Any


class Unreachable(Exception):
    """No daemon answers there; the text says where and what to do."""


class Rejected(Exception):
    """The daemon will not do it; the text is its reason.

    `problems` are those of a configuration that it refused, each with `file`, `table`, `key` and
    `text`.
    """

    def __init__(self, reason: str, problems: tuple[dict[str, str], ...] = ()) -> None:
        super().__init__(reason)
        self.problems = problems


class Missing(Rejected):
    """The daemon has no such thing."""


def refusal(status: int, answer: dict[str, Any]) -> Rejected:
    """What an answer with such a status says."""
    kind = Missing if status == 404 else Rejected
    reason = answer.get("error", f"cannot say why: it answered {status}")
    return kind(reason, tuple(answer.get("problems", ())))


def explain(path: str, error: Exception) -> str:
    """Why there is no answer from the socket at `path`; an `EOFError` is for half of one."""
    match error:
        case PermissionError():
            return f"cannot open {path}: it belongs to another user; become that user, or root"
        case TimeoutError():
            return f"cannot get an answer from the daemon at {path} in time; look at its log"
        case ConnectionRefusedError() if not stat.S_ISSOCK(_mode(path)):
            return f"cannot use {path}: it is no socket; name a daemon's with --socket"
        case ConnectionResetError() | BrokenPipeError():
            return (
                f"cannot get an answer at {path}: it was closed; the daemon there is ending,"
                " or serves another user alone"
            )
        case EOFError():
            return f"cannot read on from {path}: the daemon there has ended"
        case OSError():
            reason = error.strerror or str(error)
            return (
                f"cannot reach a daemon at {path}: {reason};"
                " is nurseryd running? its socket can be named with --socket"
            )
        case _:
            return (
                f"cannot reach a daemon at {path}: what answers is none;"
                " name a daemon's socket with --socket"
            )


def _mode(path: str) -> int:
    try:
        return os.stat(path).st_mode
    except OSError:
        return 0
