"""The routes for the conversations of a user: to list, rename, archive, delete and fork them."""

from __future__ import annotations

from typing import Any

from quart import Blueprint

from services.api.asking import Asking
from services.api.errors import Problem
from services.api.git_replies import Reply, deleted_reply, described, forked_reply, thread_reply
from services.api.reading import body_of, flag
from services.api.schema import ForkBody, ThreadBody, thread_key
from services.messages import (
    ArchiveThread,
    DeleteThread,
    ForkThread,
    ListThreads,
    OpenWorkspace,
    RenameThread,
    StopPreview,
    Thread,
    ThreadKey,
)
from supervisor.desk import NotFound

ANY = "any"  # a threadId where none is meant


def thread_routes(asking: Asking) -> Blueprint:
    routes = Blueprint("threads", __name__)

    async def listed(client: str, user: str, archived: bool) -> tuple[Thread, ...]:
        return await asking.ask("workspaces", ListThreads(client, user, archived))

    async def find(key: ThreadKey) -> Thread:
        for archived in (False, True):
            for thread in await listed(key.client, key.user, archived):
                if thread.key == key:
                    return thread
        raise NotFound(f"cannot find the thread {key}: see GET /v1/threads/{key.client}/{key.user}")

    async def unarchive(key: ThreadKey) -> Thread:
        # Opening brings it back, and would make one that is not there.
        thread = await find(key)
        if not thread.archived:
            return thread
        await asking.ask("workspaces", OpenWorkspace(key))
        return await find(key)

    @routes.get("/v1/threads/<client>/<user>")
    async def threads(client: str, user: str) -> dict[str, Any]:
        thread_key(client, user, ANY)
        found = await listed(client, user, flag("archived"))
        return {"success": True, "threads": [described(thread) for thread in found]}

    @routes.patch("/v1/threads/<client>/<user>/<thread>")
    async def change(client: str, user: str, thread: str) -> dict[str, Any]:
        key = thread_key(client, user, thread)
        body = await body_of(ThreadBody)
        if body.title is None and body.archived is None:
            raise Problem(400, "cannot change nothing: give title, archived, or both")
        asking.note_write()
        changed: Thread | None = None
        if body.title is not None:
            changed = await asking.ask("workspaces", RenameThread(key, body.title))
        if body.archived is True:
            changed = await asking.ask("workspaces", ArchiveThread(key))
            await asking.ask("previews", StopPreview(key))
        if body.archived is False:
            changed = await unarchive(key)
        assert changed is not None
        return thread_reply(changed)

    @routes.delete("/v1/threads/<client>/<user>/<thread>")
    async def delete(client: str, user: str, thread: str) -> dict[str, Any]:
        key = thread_key(client, user, thread)
        request = DeleteThread(key, flag("branch"))
        asking.note_write()
        deleted = await asking.ask("workspaces", request)
        await asking.ask("previews", StopPreview(key))
        return deleted_reply(deleted)

    @routes.post("/v1/threads/<client>/<user>/<thread>/fork")
    async def fork(client: str, user: str, thread: str) -> Reply:
        key = thread_key(client, user, thread)
        body = await body_of(ForkBody)
        thread_key(client, user, body.thread_id)
        asking.note_write()
        request = ForkThread(key, body.thread_id, body.commit, body.title)
        return forked_reply(await asking.ask("workspaces", request)), 201

    return routes
