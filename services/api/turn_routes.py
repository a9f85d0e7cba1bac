"""The routes for turns: to begin one, look at it, stop it, take it back, answer what it asks."""

from __future__ import annotations

from typing import Any, TypeAlias

from msgspec.structs import replace
from quart import Blueprint, request

from services.api.asking import Asking
from services.api.errors import Problem
from services.api.reading import body_of, flag, number
from services.api.schema import thread_key
from services.api.turn_replies import described, outcome_reply, turn_reply, undone_reply
from services.api.turn_schema import PermissionBody, TurnBody, UndoBody, checked_key
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

TURNS = "/v1/threads/<client>/<user>/<thread>/turns"
TURN = f"{TURNS}/<turn>"
MOST = 200  # turns in one answer
NO_MORE = 2**53  # no journal has an event with that id

Located: TypeAlias = "tuple[dict[str, Any], int, dict[str, str]]"


def turn_routes(asking: Asking) -> Blueprint:
    routes = Blueprint("turns", __name__)

    @routes.post(TURNS)
    async def start(client: str, user: str, thread: str) -> Located:
        """202 with the turn, or with `?wait=1` the turn as it ended."""
        key = thread_key(client, user, thread)
        wait, again = flag("wait"), checked_key(request.headers.get("Idempotency-Key"))
        body = await body_of(TurnBody)
        wanted = body.request(key, again)
        asking.note_write()
        workspace = await asking.workspace(key)
        if body.selection is not None:
            wanted = replace(wanted, selection=body.selection.within(workspace.root))
        await asking.wake(workspace)
        turn = await asking.ask("agent", wanted)
        answer = outcome_reply(await asking.ended(turn)) if wait else turn_reply(turn)
        return *answer, {"Location": f"/v1/threads/{key}/turns/{turn.turn}"}

    @routes.get(TURNS)
    async def turns(client: str, user: str, thread: str) -> dict[str, Any]:
        """Newest first. No event after `lastEvent` is missed by who reads on from there."""
        key = thread_key(client, user, thread)
        limit = number("limit", 50)
        if not 1 <= limit <= MOST:
            raise Problem(400, f"cannot use ?limit=: it is 1 to {MOST}")
        # Asked first: what happens between the two is in the turns already.
        known = await asking.ask("agent", ReadEvents(key, NO_MORE, limit=1))
        found = await asking.ask("agent", ListTurns(key, limit, request.args.get("before")))
        return {
            "success": True,
            "turns": [described(turn) for turn in found],
            "lastEvent": known.last,
        }

    @routes.get(TURN)
    async def look(client: str, user: str, thread: str, turn: str) -> dict[str, Any]:
        return shown(await asking.ask("agent", FindTurn(thread_key(client, user, thread), turn)))

    @routes.post(f"{TURN}/cancel")
    async def cancel(client: str, user: str, thread: str, turn: str) -> dict[str, Any]:
        key = thread_key(client, user, thread)
        asking.note_write()
        return shown(await asking.ask("agent", CancelTurn(key, turn)))

    @routes.post(f"{TURN}/keep")
    async def keep(client: str, user: str, thread: str, turn: str) -> dict[str, Any]:
        return await settle(thread_key(client, user, thread), turn, keep=True)

    @routes.post(f"{TURN}/drop")
    async def drop(client: str, user: str, thread: str, turn: str) -> dict[str, Any]:
        return await settle(thread_key(client, user, thread), turn, keep=False)

    async def settle(key: ThreadKey, turn: str, *, keep: bool) -> dict[str, Any]:
        asking.note_write()
        return shown(await asking.ask("agent", SettleTurn(key, turn, keep)))

    @routes.post(f"{TURN}/undo")
    async def undo(client: str, user: str, thread: str, turn: str) -> dict[str, Any]:
        return await revert(UndoTurn, thread_key(client, user, thread), turn)

    @routes.post(f"{TURN}/redo")
    async def redo(client: str, user: str, thread: str, turn: str) -> dict[str, Any]:
        return await revert(RedoTurn, thread_key(client, user, thread), turn)

    async def revert(what: type[UndoTurn | RedoTurn], key: ThreadKey, turn: str) -> dict[str, Any]:
        body = await body_of(UndoBody)
        asking.note_write()
        wanted = what(key, turn, body.expected_head, body.others)
        return undone_reply(await asking.ask("agent", wanted))

    @routes.post(f"{TURN}/permissions/<permission>")
    async def permit(
        client: str, user: str, thread: str, turn: str, permission: str
    ) -> dict[str, Any]:
        key = thread_key(client, user, thread)
        body = await body_of(PermissionBody)
        asking.note_write()
        await asking.ask("agent", AnswerPermission(key, turn, permission, body.allow, body.reason))
        return {"success": True}

    return routes


def shown(turn: TurnInfo) -> dict[str, Any]:
    return {"success": True, "turn": described(turn)}
