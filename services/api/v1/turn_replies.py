"""What turns are like, as our routes tell it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from services.api.errors import Problem
from services.api.shapes import Reply
from services.api.v1.times import moment
from services.api.v1.usage_replies import dollars
from services.messages import (
    BuildError,
    Leftover,
    Mode,
    Reason,
    TurnInfo,
    TurnState,
    Undone,
    Usage,
)

DID_NOT_END = (TurnState.CANCELLED, TurnState.FAILED, TurnState.INTERRUPTED)


class UsageReply(Reply, frozen=True, kw_only=True):
    """What was asked of a model: tokens, `inputTokens` those not cached, and US dollars."""

    model: str
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    cost: float


class TurnDescription(Reply, frozen=True, kw_only=True):
    """A turn as its journal has it; times are null for what has not been.

    `base` is the commit that it began at. `saved` is the commit that holds what it left
    uncommitted, `leftover` what became of that. `pages` were looked at after the last edit,
    `broken` is what they showed, `repairs` how often the agent was sent back to mend that.
    `firstEvent` is the id of its first event.
    """

    id: str
    client_id: str
    user_id: str
    thread_id: str
    state: TurnState
    ended: bool
    instruction: str
    mode: Mode
    backend: str
    output: str
    files: tuple[str, ...]
    base: str | None
    commit: str | None
    error: str | None
    reason: Reason | None
    saved: str | None
    leftover: Leftover | None
    pages: tuple[str, ...]
    broken: tuple[BuildError, ...]
    repairs: int
    undone: bool
    usage: UsageReply
    queued: datetime | None
    started: datetime | None
    finished: datetime | None
    first_event: int


class TurnReply(Reply, frozen=True, kw_only=True):
    """One turn, as it is now."""

    turn: TurnDescription


class BegunReply(TurnReply, frozen=True, kw_only=True):
    """The turn that was asked for, as it is now."""

    headers: ClassVar[Mapping[str, str]] = {"Location": "where the turn is to be found"}


class TurnsReply(Reply, frozen=True, kw_only=True):
    """Turns, newest first. No event after `lastEvent` is missed by who reads on from there."""

    turns: tuple[TurnDescription, ...]
    last_event: int


class UndoneReply(Reply, frozen=True, kw_only=True):
    """Where the branch is, the commit that put it there, and all turns that it was about."""

    head: str
    commit: str | None
    turns: tuple[str, ...]


def described(turn: TurnInfo) -> TurnDescription:
    return TurnDescription(
        id=turn.turn,
        client_id=turn.key.client,
        user_id=turn.key.user,
        thread_id=turn.key.thread,
        state=turn.state,
        ended=turn.state.ended,
        instruction=turn.instruction,
        mode=turn.mode,
        backend=turn.backend,
        output=turn.output,
        files=turn.files,
        base=turn.base,
        commit=turn.commit,
        error=turn.error,
        reason=turn.reason,
        saved=turn.saved,
        leftover=turn.leftover,
        pages=turn.pages,
        broken=turn.broken,
        repairs=turn.repairs,
        undone=turn.undone,
        usage=used(turn.usage),
        queued=moment(turn.queued),
        started=moment(turn.started),
        finished=moment(turn.finished),
        first_event=turn.first,
    )


def used(usage: Usage) -> UsageReply:
    return UsageReply(
        model=usage.model,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        cache_write_tokens=usage.cache_write_tokens,
        cost=dollars(usage.cost),
    )


def outcome(turn: TurnInfo) -> TurnReply:
    """The turn as it ended; raises `Problem` with it where it had not done what it was to do."""
    if turn.state not in DID_NOT_END:
        return TurnReply(turn=described(turn))
    raise Problem(422, told(turn), more={"reason": turn.reason, "turn": described(turn)})


def told(turn: TurnInfo) -> str:
    """Why a turn did not end well."""
    return turn.error or f"cannot carry this out: the turn was {turn.state}"


def undone_reply(undone: Undone) -> UndoneReply:
    return UndoneReply(head=undone.head, commit=undone.commit, turns=undone.turns)
