"""What was worked out for the last request of a connection, for one that asks alike.

Much is asked for with the same header fields: what a page polls, what a script loads. Equal bytes
say the same, so that nothing is taken over but what would be worked out again.
"""

from __future__ import annotations

from services.hmr.access import Admit, Decision
from services.hmr.doorkeeper import Doorkeeper
from services.hmr.headers import to_upstream, written
from services.http11.head import RequestHead, read_request

LONGEST = 4096  # bytes; a connection may be idle for long, and browsers send some 700


class Repeats:
    """One for each connection; `peer` is the address at its other end."""

    __slots__ = ("_admitted", "_head", "_keeper", "_peer", "_rest", "_sent", "_sent_to")

    def __init__(self, keeper: Doorkeeper, peer: str) -> None:
        self._keeper = keeper
        self._peer = peer
        self._rest = b""  # of the head, after its target
        self._head: RequestHead | None = None
        self._admitted: Admit | None = None
        self._sent_to: tuple[int, tuple[str, ...]] | None = None
        self._sent = b""

    def read(self, data: bytes) -> RequestHead:
        """A request's head, see `read_request`."""
        rest = data[data.find(b" HTTP/") :]
        if self._head is not None and rest == self._rest:
            return read_request(data, self._head)
        self._head = self._admitted = self._sent_to = None
        head = read_request(data)
        if len(rest) <= LONGEST:
            self._head, self._rest = head, rest
        return head

    def decide(self, head: RequestHead) -> Decision:
        """What becomes of the request that was read last, see `Doorkeeper.decide`."""
        known = self._admitted
        if (
            known is not None
            and known.method == head.method
            and self._keeper.still_admits(known, head.target)
        ):
            return known
        decision = self._keeper.decide(head.method, head.target, head.headers, self._peer)
        self._admitted = decision if isinstance(decision, Admit) else None
        self._sent_to = None
        return decision

    def fields(self, head: RequestHead, port: int, admitted: Admit) -> bytes:
        """The fields of that request as the dev server on `port` gets them, see `to_upstream`."""
        tokens = self._keeper.tokens
        if self._sent_to == (port, tokens) and admitted is self._admitted:
            return self._sent
        sent = written(to_upstream(head, port=port, admitted=admitted, tokens=tokens))
        if self._head is not None and admitted is self._admitted:
            self._sent_to, self._sent = (port, tokens), sent
        return sent
