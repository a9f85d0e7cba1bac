"""How far a stream of events was followed, and what is made of an event. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import msgspec

from .calls import Call
from .problems import NONSENSE, Problem, Unreachable
from .retrying import Retries, may_pass, unreachable
from .sse import Sent


class Other(msgspec.Struct, frozen=True, kw_only=True):
    """An event of a kind that this client does not know; `data` is what is in its JSON."""

    kind: str
    id: str
    data: Any


class Position:
    """Asked to begin again with its `headers`, the server goes on after what was seen."""

    def __init__(self, call: Call, kinds: Mapping[str, type[Any]], retries: Retries) -> None:
        self._call = call
        self._kinds = kinds
        self._retries = retries
        self._last = ""
        self._failures = 0
        self._pause = 1.0

    @property
    def headers(self) -> dict[str, str]:
        """What to send."""
        resume = {"Last-Event-ID": self._last} if self._last else {}
        return {**self._call.prepared()[0], **resume}

    def take(self, event: Sent) -> Any | None:
        """An event as a shape; None for what is none. With this it is seen, and comes no more."""
        self._failures = 0
        if event.retry is not None:
            self._pause = event.retry / 1000
        self._last = event.id or self._last
        return self._read(event) if event.data else None

    def ended(self, failure: Exception | None = None) -> float:
        """How many seconds to wait until it is begun again.

        Raises a `Problem` that will not pass, and any, or `Unreachable`, when as many attempts as
        there may be have brought nothing.
        """
        if isinstance(failure, Problem) and not may_pass(failure):
            raise failure
        self._failures += 1
        if self._failures > self._retries.most:
            if isinstance(failure, Problem):
                raise failure
            reason = failure or ConnectionError("it ends at once, again and again")
            raise unreachable(self._call, reason) from failure
        if isinstance(failure, Problem) and failure.retry_after is not None:
            return min(failure.retry_after, self._retries.longest)
        # The first time it is as the server said; it may not be back then.
        return min(self._pause * 2.0 ** (self._failures - 1), self._retries.longest)

    def _read(self, event: Sent) -> Any:
        shape = self._kinds.get(event.kind)
        try:
            if shape is not None:
                # A newer server may have more to say about it than this shape can hold.
                with suppress(msgspec.ValidationError):
                    return msgspec.json.decode(event.data, type=shape)
            return Other(kind=event.kind, id=event.id, data=msgspec.json.decode(event.data))
        except NONSENSE as error:
            raise Unreachable(f"cannot read an event: {error}") from error
