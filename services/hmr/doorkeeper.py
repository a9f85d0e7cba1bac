"""The decision on a request, with what is configured and the operator's tokens as they are now."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from services.forwarded import Forwarders, plain
from services.hmr import Options
from services.hmr.access import Admit, Decision, Refuse, Rules, decide, still_admits
from services.http11.head import Headers
from services.keyring.ring import Keyring
from services.messages import Routes


class Doorkeeper:
    """One for the whole door.

    `previews` says which there are, and `now` tells the time in Unix seconds. `keyring` has the
    operator's tokens as they are at the time.
    """

    def __init__(
        self,
        options: Options,
        now: Callable[[], float] = time.time,
        previews: Callable[[], Routes | None] = lambda: None,
    ) -> None:
        self._now = now
        self._previews = previews
        self._forwarders = Forwarders(options.trusted)
        file = Path(options.token_file) if options.token_file else None
        self.keyring = Keyring(options.token, file)
        self._rules = Rules(
            tuple(domain.lower().strip(".") for domain in options.domains),
            options.access == "signed",
            self.keyring.all,
        )

    @property
    def tokens(self) -> tuple[str, ...]:
        """The operator's tokens as they were last seen, of which no site must learn."""
        return self._rules.tokens

    def trusts(self, address: str) -> bool:
        """Whether an address, as a socket tells it, is that of a load balancer."""
        return self._forwarders.trusts(plain(address))

    def decide(self, method: bytes, target: bytes, headers: Headers, peer: str) -> Decision:
        """What becomes of a request that `peer`, an address, brought.

        The names of headers are in lower case. Never waits. A new token is known at once, one
        that is retired may be good for `LOOK_AGAIN` more.
        """
        seen, now = self._forwarders.read(headers, peer), self._look_at_times()
        previews = self._previews()
        decision = decide(method, target, headers, seen, self._rules, now, previews)
        refused = isinstance(decision, Refuse) and decision.status in (401, 403)
        if refused and self.keyring.look(now):
            self._take_tokens()
            decision = decide(method, target, headers, seen, self._rules, now, previews)
        return decision

    def still_admits(self, admitted: Admit, target: bytes) -> bool:
        """Whether another request by the same method, with the same headers, is admitted too."""
        now = self._look_at_times()
        return still_admits(admitted, target, self._rules, now)

    def _look_at_times(self) -> float:
        now = self._now()
        if self.keyring.at(now) != self._rules.tokens:
            self._take_tokens()
        return now

    def _take_tokens(self) -> None:
        self._rules = replace(self._rules, tokens=self.keyring.all)
