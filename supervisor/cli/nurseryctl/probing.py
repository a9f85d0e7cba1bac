"""`nurseryctl health`, which a container runs every few seconds: it imports next to nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

from supervisor.cli.nurseryctl.finding import find
from supervisor.cli.nurseryctl.status import REFUSED, ClosedPipe
from supervisor.socket.checkup import checkup
from supervisor.socket.troubles import Rejected, Unreachable

LEVELS = ("alive", "ready")
TIMEOUT = 5.0  # seconds


class Asked:
    """What is to be looked at: the daemon's socket, a level, and how many seconds it may take."""

    def __init__(self, path: str, level: str = "ready", timeout: float = TIMEOUT) -> None:
        self.path, self.level, self.timeout = path, level, timeout


def plain_health(arguments: Sequence[str], socket: str | None) -> Asked | None:
    """What a command line asks that is `health`, with nothing but a socket and a level.

    None for any other, and for one that is wrong: click reads those. `socket` is the one that
    the environment names.
    """
    match [*arguments]:
        case [("-s" | "--socket"), named, "health", *rest]:
            socket = named
        case ["health", *rest]:
            pass
        case _:
            return None
    match rest:
        case []:
            return Asked(find(socket))
        case ["--level", level] if level in LEVELS:
            return Asked(find(socket), level)
        case _:
            return None


def in_words(report: dict[str, Any]) -> str:
    """A report in one line."""
    return plain("healthy" if report["healthy"] else "; ".join(report["reasons"]) or "unhealthy")


def probe(asked: Asked, said: Callable[[dict[str, Any]], str] = in_words) -> int:
    """Print what is `said` of the report; exit status 0, or else 1, whatever the reason.

    Raises `ClosedPipe`.
    """
    try:
        report = checkup(asked.path, asked.level, asked.timeout)
    except (Unreachable, Rejected) as error:
        print(f"nurseryctl: {error}", file=sys.stderr)
        return REFUSED
    try:
        print(said(report), flush=True)
    except BrokenPipeError:
        raise ClosedPipe from None
    return 0 if report["healthy"] else REFUSED


def plain(text: str) -> str:
    """Somebody else's text as one line without control characters: it cannot forge ours."""
    return "".join(c if c.isprintable() else " " for c in text)
