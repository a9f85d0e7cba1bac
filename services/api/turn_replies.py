"""What turns are like, in the shapes of our own routes and of the original's."""

from __future__ import annotations

from typing import Any

from msgspec.structs import asdict

from services.api.preview_replies import moment
from services.messages import TurnInfo, TurnState, Undone, Usage

Reply = tuple[dict[str, Any], int]

_DID_NOT_END = (TurnState.CANCELLED, TurnState.FAILED, TurnState.INTERRUPTED)


def described(turn: TurnInfo) -> dict[str, Any]:
    """A turn as its journal has it; times are ISO 8601, null for what has not been."""
    return {
        "id": turn.turn,
        "clientId": turn.key.client,
        "userId": turn.key.user,
        "threadId": turn.key.thread,
        "state": turn.state,
        "ended": turn.state.ended,
        "instruction": turn.instruction,
        "mode": turn.mode,
        "backend": turn.backend,
        "output": turn.output,
        "files": list(turn.files),
        "base": turn.base,
        "commit": turn.commit,
        "error": turn.error,
        "reason": turn.reason,
        "saved": turn.saved,
        "leftover": turn.leftover,
        "pages": list(turn.pages),
        "broken": [asdict(error) for error in turn.broken],
        "repairs": turn.repairs,
        "undone": turn.undone,
        "usage": used(turn.usage),
        "queued": _when(turn.queued),
        "started": _when(turn.started),
        "finished": _when(turn.finished),
        "firstEvent": turn.first,
    }


def used(usage: Usage) -> dict[str, Any]:
    """Tokens, and dollars to the millionth of a cent: sums of floats have a tail."""
    return {
        "model": usage.model,
        "inputTokens": usage.input_tokens,
        "outputTokens": usage.output_tokens,
        "cacheReadTokens": usage.cache_read_tokens,
        "cacheWriteTokens": usage.cache_write_tokens,
        "cost": round(usage.cost, 8),
    }


def turn_reply(turn: TurnInfo) -> Reply:
    """The turn, 202 while it goes on."""
    return {"success": True, "turn": described(turn)}, 200 if turn.state.ended else 202


def outcome_reply(turn: TurnInfo) -> Reply:
    """The turn, 422 where it ended before it had done what it was to do."""
    return _outcome(turn, {"success": True, "turn": described(turn)})


def execute_reply(turn: TurnInfo) -> Reply:
    """The same for clients of the original; the result is in both."""
    result = {
        "output": turn.output,
        "filesChanged": list(turn.files),
        "error": turn.error,
        "turnId": turn.turn,
        "commit": turn.commit,
        "state": turn.state,
    }
    return _outcome(turn, {"success": True, "result": result})


def undone_reply(undone: Undone) -> dict[str, Any]:
    """Where the branch is, the commit that put it there, and all turns that it was about."""
    return {
        "success": True,
        "head": undone.head,
        "commit": undone.commit,
        "turns": list(undone.turns),
    }


def _outcome(turn: TurnInfo, reply: dict[str, Any]) -> Reply:
    if turn.state not in _DID_NOT_END:
        return reply, 200
    error = turn.error or f"cannot carry this out: the turn was {turn.state}"
    return reply | {"success": False, "error": error, "reason": turn.reason}, 422


def _when(seconds: float) -> str | None:
    return moment(seconds) if seconds else None
