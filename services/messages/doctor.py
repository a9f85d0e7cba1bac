"""Desk "doctor": whether a preview can be reached at its public address, hop by hop."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from services.messages.keys import ThreadKey
from supervisor.desk import Request

# The thread of the self-test: the starter site, of a client that is nobody's, made when it is
# wanted and deleted afterwards.
SCRATCH = ThreadKey("nurseryd", "doctor", "doctor")


class Verdict(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    NOT_TRIED = "not tried"


class Hop(Struct, frozen=True):
    """One step of the way from a browser to the dev server.

    `seen` is what was found there, or why it was not tried. One that failed has the usual
    `cause` of that, and an `advice`. `ms` is how long it took, in milliseconds.
    """

    name: str
    verdict: Verdict
    seen: str = ""
    cause: str = ""
    advice: str = ""
    ms: float = 0.0


class Findings(Struct, frozen=True):
    """What was found on the way to `address`: `inside` from the container itself."""

    address: str
    inside: bool
    hops: tuple[Hop, ...]

    @property
    def failed(self) -> Hop | None:
        """The first hop that failed."""
        return next((hop for hop in self.hops if hop.verdict is Verdict.FAILED), None)


class SelfTest(Request[Findings], frozen=True):
    """Walk the way to a thread's preview, whose public address that is; a failure is an answer.

    The scratch thread is edited too, to see the edit arrive, and deleted at the end. `token`
    opens the preview. With `patience` the HMR socket has to stay open through so many seconds
    in which nothing is sent. When nobody waits for the answer any more, the walk ends.
    """

    address: str
    key: ThreadKey = SCRATCH
    token: str = ""
    patience: float = 0.0
