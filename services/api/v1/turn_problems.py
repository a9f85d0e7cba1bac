"""What refusals of requests about turns say besides the sentence."""

from __future__ import annotations

from services.api.shapes import ProblemDetails
from services.api.v1.turn_replies import TurnDescription
from services.messages import Reason


class UnfinishedTurn(ProblemDetails, frozen=True, kw_only=True):
    """The turn failed, was cancelled or interrupted: as it ended, and why it failed."""

    reason: Reason | None
    turn: TurnDescription


class NotWaited(ProblemDetails, frozen=True, kw_only=True):
    """Whoever does this is not there now. A turn that is queued already is there, and goes on."""

    turn: TurnDescription | None = None


class OthersFirst(ProblemDetails, frozen=True, kw_only=True):
    """It cannot be done as things are now; or it would be done to `others` as well, as said.

    Those are ids of turns, and hashes of commits of no turn: with `others` in the body it is done.
    """

    others: tuple[str, ...] = ()
