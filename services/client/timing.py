"""How long is waited for an answer."""

from __future__ import annotations

import re
from dataclasses import dataclass

import httpx2

from .calls import Call

_LONG = re.compile(
    r"/api/(execute|init|astro/.*|git/(fetch|pull|push)/.*)"
    r"|/v1/threads/\{client\}/\{user\}/\{thread\}/(fetch|pull|push|pull-request)"
    r"|/v1/threads/.*/preview/(build|restart)|/v1/preview/selftest|/v1/services/.*/(start|stop|restart)"
)
_OPENS = ("PUT", "/v1/threads/{client}/{user}/{thread}")


@dataclass(frozen=True, slots=True)
class Waiting:
    """In seconds; None for as long as it takes.

    `work` is for what is answered when something has ended that may take minutes: a turn that is
    waited for, a build, a clone, a push; `answer` for everything else.
    `silence` is how long a stream may say nothing, where a server says every quarter of a minute
    that there is nothing to say; then it is begun again.
    """

    connect: float | None = 10.0
    answer: float | None = 60.0
    work: float | None = None
    silence: float | None = 45.0

    def of(self, call: Call) -> httpx2.Timeout:
        """How long for one call."""
        long = (call.method, call.route) == _OPENS or _LONG.fullmatch(call.route)
        return self._limits(self.work if call.waits or long else self.answer)

    @property
    def of_streams(self) -> httpx2.Timeout:
        return self._limits(self.silence)

    def _limits(self, read: float | None) -> httpx2.Timeout:
        return httpx2.Timeout(connect=self.connect, read=read, write=self.answer, pool=self.connect)
