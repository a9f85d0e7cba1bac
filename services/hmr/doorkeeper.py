"""The decision on a request, with what is configured and the API's token as it is now."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from services.hmr import Options
from services.hmr.access import Decision, Rules, decide
from services.hmr.forwarded import Forwarders, Headers, Seen
from services.token_file import CannotKeepToken, read_token

log = structlog.get_logger()


class Doorkeeper:
    """One for the whole door; `now` tells the time in Unix seconds."""

    def __init__(self, options: Options, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._forwarders = Forwarders(options.trusted)
        self._file = options.token_file if not options.token else ""
        self._read: tuple[int, ...] | None = None
        self._rules = Rules(
            tuple(domain.lower().strip(".") for domain in options.domains),
            options.access == "signed",
            options.token,
        )

    @property
    def rules(self) -> Rules:
        """What the door goes by at this moment.

        The API replaces its file in one step when it makes another token, which is seen by a look
        at the file that costs some microseconds.
        """
        if self._file and (is_now := _identity(self._file)) != self._read:
            self._read = is_now
            rules = self._rules
            self._rules = Rules(rules.domains, rules.signed, _token_in(self._file))
        return self._rules

    def decide(
        self, method: bytes, target: bytes, headers: Headers, peer: str
    ) -> tuple[Decision, Seen]:
        """What becomes of a request that `peer`, an address, brought; and how its client sees it.

        The names of headers are in lower case. Never waits.
        """
        seen = self._forwarders.read(headers, peer)
        return decide(method, target, headers, seen, self.rules, self._now()), seen


def _identity(file: str) -> tuple[int, ...] | None:
    try:
        found = os.stat(file, follow_symlinks=False)
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _token_in(file: str) -> str:
    """The token, or none: then nobody can show it, and no ticket is good."""
    try:
        return read_token(Path(file))
    except (CannotKeepToken, OSError) as error:
        log.warning("token not read", reason=str(error))
        return ""
