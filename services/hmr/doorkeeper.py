"""The decision on a request, with what is configured and the API's token as it is now."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from services.hmr import Options
from services.hmr.access import Admit, Decision, Refuse, Rules, decide, still_admits
from services.hmr.forwarded import Forwarders, plain
from services.hmr.head import Headers
from services.token_file import CannotKeepToken, read_token

log = structlog.get_logger()

LOOK_AGAIN = 1.0  # seconds


class Doorkeeper:
    """One for the whole door; `now` tells the time in Unix seconds."""

    def __init__(self, options: Options, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._forwarders = Forwarders(options.trusted)
        self._file = options.token_file if not options.token else ""
        self._read: tuple[int, ...] | None = None
        self._next_look = 0.0
        self._rules = Rules(
            tuple(domain.lower().strip(".") for domain in options.domains),
            options.access == "signed",
            options.token,
        )

    @property
    def token(self) -> str:
        """The token as it was last seen, of which no site must learn; empty where there is none."""
        return self._rules.token

    def trusts(self, address: str) -> bool:
        """Whether an address, as a socket tells it, is that of a load balancer."""
        return self._forwarders.trusts(plain(address))

    def decide(self, method: bytes, target: bytes, headers: Headers, peer: str) -> Decision:
        """What becomes of a request that `peer`, an address, brought.

        The names of headers are in lower case. Never waits. A new token is known at once, an old
        one may be good for `LOOK_AGAIN` more.
        """
        seen, now = self._forwarders.read(headers, peer), self._look_at_times()
        decision = decide(method, target, headers, seen, self._rules, now)
        if isinstance(decision, Refuse) and decision.status in (401, 403) and self._look(now):
            decision = decide(method, target, headers, seen, self._rules, now)
        return decision

    def still_admits(self, admitted: Admit, target: bytes) -> bool:
        """Whether another request by the same method, with the same headers, is admitted too."""
        now = self._look_at_times()
        return still_admits(admitted, target, self._rules, now)

    def _look_at_times(self) -> float:
        now = self._now()
        if self._next_look <= now:
            self._look(now)
        return now

    def _look(self, now: float) -> bool:
        """Whether there is another token than before. The API replaces its file in one step."""
        self._next_look = now + LOOK_AGAIN
        if not self._file or (identity := _identity(self._file)) == self._read:
            return False
        self._read = identity
        rules = self._rules
        self._rules = Rules(rules.domains, rules.signed, _token_in(self._file))
        return True


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
