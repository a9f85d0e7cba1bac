"""Waiting for the end of a turn, on behalf of whoever asked for it."""

from __future__ import annotations

from services.api.asking import Asking
from services.api.errors import Problem
from services.api.v1.turn_replies import described
from services.messages import AwaitTurn, TurnInfo
from supervisor.desk import NotFound, Refused


async def ended(asking: Asking, turn: TurnInfo) -> TurnInfo:
    """The turn as it ended; it goes on whatever becomes of whoever waits.

    Raises `Problem` with the turn where somebody stops before that: its id tells who asked
    where to look when they are back.
    """
    if turn.state.ended:
        return turn
    try:
        return await asking.ask("agent", AwaitTurn(turn.key, turn.turn))
    except NotFound:
        raise
    except Refused as refusal:
        raise Problem(503, str(refusal), more={"turn": described(turn)}) from refusal
