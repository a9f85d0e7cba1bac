"""The routes of live editing: open a thread, carry out an instruction, look at it."""

from __future__ import annotations

import time
from pathlib import Path

import trio
from quart import Blueprint, request

from services.api.addresses import Addresses
from services.api.asking import Asking
from services.api.auth import asker, permit
from services.api.operation import Needs, operation
from services.api.original.bodies import ExecuteBody, InitBody
from services.api.original.editing_replies import (
    OriginalExecuteFailure,
    OriginalExecuteReply,
    OriginalInitReply,
    OriginalStatusReply,
    execute_reply,
    init_reply,
    status_reply,
)
from services.api.v1.reach import as_seen, permit_opening
from services.api.v1.turn_bodies import checked_key
from services.api.v1.turn_ends import ended
from services.api.v1.turns import ONCE
from services.messages import ReadGit, Scope, StartTurn, ThreadKey


def editing_routes(asking: Asking, addresses: Addresses) -> Blueprint:
    routes = Blueprint("editing", __name__)

    @routes.post("/api/init")
    @operation(
        "originalInit",
        OriginalInitReply,
        body=InitBody,
        needs=Needs.ANYONE,
        problems=(404, 409, 503),
    )
    async def init(body: InitBody) -> OriginalInitReply:
        """Open a thread, with a preview, and make its project where there is none.

        What the body says of the project takes a token for the user, and so does making it.
        """
        opening = body.request
        permit(Scope.of(opening.key))
        await permit_opening(asking, opening)
        asking.note_write()
        workspace = await asking.ask("workspaces", opening)
        started = await asking.preview(workspace)
        return init_reply(
            workspace, started, addresses, addresses.to_open(started.id, asker(), time.time())
        )

    @routes.post("/api/execute")
    @operation(
        "originalExecute",
        OriginalExecuteReply,
        (422, OriginalExecuteFailure),
        body=ExecuteBody,
        headers=ONCE,
        needs=Needs.ANYONE,
        problems=(404, 409, 503),
    )
    async def execute(
        body: ExecuteBody,
    ) -> tuple[OriginalExecuteReply | OriginalExecuteFailure, int]:
        """Carry out an instruction as a turn; answered when that has ended.

        422 for one that failed, was cancelled or interrupted. 503 with the `turn` where the server
        stops before the end: that turn is to be found by its id later.
        """
        key, instruction = body.key, body.checked_instruction
        again = checked_key(request.headers.get("Idempotency-Key"))
        permit(Scope.of(key))
        asking.note_write()
        workspace = await asking.workspace(key)
        await asking.wake(workspace)
        begun = await asking.ask(
            "agent", StartTurn(key, instruction, body.mode, idempotency_key=again)
        )
        return execute_reply(await ended(asking, begun))

    @routes.get("/api/status/<client>/<user>/<thread>")
    @operation("originalStatus", OriginalStatusReply)
    async def status(key: ThreadKey) -> OriginalStatusReply:
        """Where a thread is, its branch, and what is not committed; changes nothing."""
        workspace = await asking.workspace(key)
        git = await asking.ask("workspaces", ReadGit(key))
        touched = await trio.to_thread.run_sync(last_touched, workspace.history, workspace.root)
        return status_reply(workspace, as_seen(key, git), touched)

    return routes


def last_touched(*places: Path) -> int:
    """When the first of `places` that exists was last changed, in Unix milliseconds; 0 if none."""
    for place in places:
        try:
            return place.stat().st_mtime_ns // 1_000_000
        except (FileNotFoundError, NotADirectoryError):
            continue
    return 0
