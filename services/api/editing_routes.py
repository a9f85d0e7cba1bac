"""The routes of live editing: open a thread, carry out an instruction, look at it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import trio
from quart import Blueprint, request

from services.api.addresses import Addresses
from services.api.asking import Asking
from services.api.reading import body_of
from services.api.replies import init_reply, status_reply
from services.api.schema import ExecuteBody, InitBody, thread_key
from services.api.turn_replies import execute_reply
from services.api.turn_schema import checked_key
from services.messages import ReadGit, StartTurn

Reply = tuple[dict[str, Any], int]


def editing_routes(asking: Asking, addresses: Addresses) -> Blueprint:
    routes = Blueprint("editing", __name__)

    @routes.post("/api/init")
    async def init() -> Reply:
        body = await body_of(InitBody)
        opening = body.request
        asking.note_write()
        workspace = await asking.ask("workspaces", opening)
        started = await asking.preview(workspace)
        return init_reply(workspace, started, addresses, time.time()), 200

    @routes.post("/api/execute")
    async def execute() -> Reply:
        again = checked_key(request.headers.get("Idempotency-Key"))
        body = await body_of(ExecuteBody)
        key, instruction = body.key, body.checked_instruction
        asking.note_write()
        workspace = await asking.workspace(key)
        await asking.wake(workspace)
        begun = await asking.ask(
            "agent", StartTurn(key, instruction, body.mode, idempotency_key=again)
        )
        return execute_reply(await asking.ended(begun))

    @routes.get("/api/status/<client>/<user>/<thread>")
    async def status(client: str, user: str, thread: str) -> Reply:
        key = thread_key(client, user, thread)
        workspace = await asking.workspace(key)
        git = await asking.ask("workspaces", ReadGit(key))
        touched = await trio.to_thread.run_sync(last_touched, workspace.history, workspace.root)
        return status_reply(workspace, git, touched), 200

    return routes


def last_touched(*places: Path) -> int:
    """When the first of `places` that exists was last changed, in Unix milliseconds; 0 if none."""
    for place in places:
        try:
            return place.stat().st_mtime_ns // 1_000_000
        except (FileNotFoundError, NotADirectoryError):
            continue
    return 0
