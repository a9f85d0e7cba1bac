"""The routes for turns: to begin one, look at it, stop it, take it back, answer what it asks."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta
from msgspec.structs import replace
from quart import Blueprint, request

from services.api.asking import Asking
from services.api.operation import operation
from services.api.shapes import Nothing, Query
from services.api.v1.paths import THREAD
from services.api.v1.turn_bodies import PermissionBody, TurnBody, UndoBody, checked_key
from services.api.v1.turn_ends import ended
from services.api.v1.turn_problems import NotWaited, OthersFirst, UnfinishedTurn
from services.api.v1.turn_replies import (
    BegunReply,
    TurnReply,
    TurnsReply,
    UndoneReply,
    described,
    outcome,
    undone_reply,
)
from services.messages import (
    AnswerPermission,
    CancelTurn,
    FindTurn,
    ListTurns,
    ReadEvents,
    RedoTurn,
    SettleTurn,
    ThreadKey,
    TurnInfo,
    UndoTurn,
)

TURNS = f"{THREAD}/turns"
TURN = f"{TURNS}/<turn>"
NO_MORE = 2**53  # no journal has an event with that id
ONCE = {"Idempotency-Key": "asked again with the same one, it is the same turn"}

Located: TypeAlias = "tuple[TurnReply, int, dict[str, str]]"


class Wait(Query, frozen=True, kw_only=True):
    wait: Annotated[bool, Meta(description="answer when the turn has ended")] = False


class Turns(Query, frozen=True, kw_only=True):
    limit: Annotated[int, Meta(ge=1, le=200, description="how many at most")] = 50
    before: Annotated[str | None, Meta(description="the turn that they came before")] = None


def turn_routes(asking: Asking) -> Blueprint:
    routes = Blueprint("turns", __name__)

    @routes.post(TURNS)
    @operation(
        "startTurn",
        BegunReply,
        (202, BegunReply),
        body=TurnBody,
        query=Wait,
        headers=ONCE,
        problems=((422, UnfinishedTurn), (503, NotWaited)),
    )
    async def start(key: ThreadKey, query: Wait, body: TurnBody) -> Located:
        """Begin a turn.

        202 with the turn as it is queued, or with `?wait=1` how it ended: 200 for one that did
        what it was to do, 422 with the `turn` for one that failed, was cancelled or interrupted.
        """
        wanted = body.request(key, checked_key(request.headers.get("Idempotency-Key")))
        asking.note_write()
        workspace = await asking.workspace(key)
        if body.selection is not None:
            wanted = replace(wanted, selection=body.selection.within(workspace.root))
        await asking.wake(workspace)
        turn = await asking.ask("agent", wanted)
        located = {"Location": f"/v1/threads/{key}/turns/{turn.turn}"}
        if query.wait:
            return outcome(await ended(asking, turn)), 200, located
        return shown(turn), 200 if turn.state.ended else 202, located

    @routes.get(TURNS)
    @operation("listTurns", TurnsReply, query=Turns)
    async def turns(key: ThreadKey, query: Turns) -> TurnsReply:
        """A thread's turns, newest first."""
        # Asked first: what happens between the two is in the turns already.
        known = await asking.ask("agent", ReadEvents(key, NO_MORE, limit=1))
        found = await asking.ask("agent", ListTurns(key, query.limit, query.before))
        return TurnsReply(turns=tuple(described(turn) for turn in found), last_event=known.last)

    @routes.get(TURN)
    @operation("getTurn", TurnReply)
    async def look(key: ThreadKey, turn: str) -> TurnReply:
        """One turn, as it is now."""
        return shown(await asking.ask("agent", FindTurn(key, turn)))

    @routes.post(f"{TURN}/cancel")
    @operation("cancelTurn", TurnReply, body=Nothing)
    async def cancel(key: ThreadKey, turn: str, body: Nothing) -> TurnReply:
        """Stop a turn, or take it out of the queue; answered when it has ended."""
        asking.note_write()
        return shown(await asking.ask("agent", CancelTurn(key, turn)))

    @routes.post(f"{TURN}/keep")
    @operation("keepTurn", TurnReply, body=Nothing)
    async def keep(key: ThreadKey, turn: str, body: Nothing) -> TurnReply:
        """Commit what a turn left uncommitted."""
        return await settle(key, turn, keep=True)

    @routes.post(f"{TURN}/drop")
    @operation("dropTurn", TurnReply, body=Nothing)
    async def drop(key: ThreadKey, turn: str, body: Nothing) -> TurnReply:
        """Take away what a turn left uncommitted; its `saved` commit still has it."""
        return await settle(key, turn, keep=False)

    async def settle(key: ThreadKey, turn: str, *, keep: bool) -> TurnReply:
        asking.note_write()
        return shown(await asking.ask("agent", SettleTurn(key, turn, keep)))

    @routes.post(f"{TURN}/undo")
    @operation("undoTurn", UndoneReply, body=UndoBody, problems=((409, OthersFirst),))
    async def undo(key: ThreadKey, turn: str, body: UndoBody) -> UndoneReply:
        """Bring the files back as they were before a turn, by a commit on top."""
        return await revert(UndoTurn, key, turn, body)

    @routes.post(f"{TURN}/redo")
    @operation("redoTurn", UndoneReply, body=UndoBody, problems=((409, OthersFirst),))
    async def redo(key: ThreadKey, turn: str, body: UndoBody) -> UndoneReply:
        """Take back the undoing of a turn."""
        return await revert(RedoTurn, key, turn, body)

    async def revert(
        what: type[UndoTurn | RedoTurn], key: ThreadKey, turn: str, body: UndoBody
    ) -> UndoneReply:
        asking.note_write()
        wanted = what(key, turn, body.expected_head, body.others)
        return undone_reply(await asking.ask("agent", wanted))

    @routes.post(f"{TURN}/permissions/<permission>")
    @operation("answerPermission", (204, None), body=PermissionBody)
    async def permit(key: ThreadKey, turn: str, permission: str, body: PermissionBody) -> None:
        """Answer what a turn asked with `permission.asked`."""
        asking.note_write()
        await asking.ask("agent", AnswerPermission(key, turn, permission, body.allow, body.reason))

    return routes


def shown(turn: TurnInfo) -> TurnReply:
    return TurnReply(turn=described(turn))
