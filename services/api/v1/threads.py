"""The routes for the conversations of a user: to open, list, rename, archive, delete and fork."""

from __future__ import annotations

from contextlib import suppress
from typing import TypeAlias, TypeVar

from quart import Blueprint

from services.api.addresses import Addresses
from services.api.asking import Asking
from services.api.operation import operation
from services.api.v1 import preview_replies
from services.api.v1.paths import THREAD, THREADS
from services.api.v1.reach import permit_opening, permit_project
from services.api.v1.thread_bodies import Archived, ForkBody, OpenThreadBody, ThreadBody, WithBranch
from services.api.v1.thread_replies import (
    DeletedReply,
    OpenThreadReply,
    ThreadReply,
    ThreadsReply,
    deleted_reply,
    described,
    placed,
    threads_reply,
)
from services.messages import (
    ArchiveThread,
    DeleteThread,
    FindThread,
    FindWorkspace,
    ForkThread,
    ListThreads,
    ListTurns,
    OpenWorkspace,
    Preview,
    RenameThread,
    Routes,
    StopPreview,
    Thread,
    ThreadKey,
    TurnInfo,
    Workspace,
)
from supervisor.cell import Cell
from supervisor.desk import NotFound, Refused, Request

R = TypeVar("R")
Located: TypeAlias = "tuple[OpenThreadReply, int, dict[str, str]]"


def thread_routes(asking: Asking, addresses: Addresses, board: Cell[Routes | None]) -> Blueprint:
    routes = Blueprint("threads", __name__)

    async def find(key: ThreadKey) -> Thread:
        return await asking.ask("workspaces", FindThread(key))

    def preview_of(key: ThreadKey) -> Preview | None:
        return board.value.previews.get(key.preview_id) if board.value is not None else None

    def whole(
        thread: Thread, workspace: Workspace | None, preview: Preview | None
    ) -> OpenThreadReply:
        return OpenThreadReply(
            thread=described(thread),
            workspace=workspace and placed(workspace),
            preview=preview and preview_replies.described(preview, addresses),
        )

    @routes.get(THREADS)
    @operation("listThreads", ThreadsReply, query=Archived)
    async def threads(client: str, user: str, query: Archived) -> ThreadsReply:
        """A user's threads, those that are archived or those that are not."""
        wanted = ListThreads(client, user, query.archived)
        return threads_reply(await asking.ask("workspaces", wanted))

    @routes.get(THREAD)
    @operation("getThread", OpenThreadReply)
    async def look(key: ThreadKey) -> OpenThreadReply:
        """One thread, with its files and its preview as they are. Changes nothing."""
        thread = await find(key)
        workspace: Workspace | None = None
        with suppress(NotFound):
            if not thread.archived:
                workspace = await asking.ask("workspaces", FindWorkspace(key))
        return whole(thread, workspace, preview_of(key))

    @routes.put(THREAD)
    @operation("openThread", OpenThreadReply, (201, OpenThreadReply), body=OpenThreadBody)
    async def put(key: ThreadKey, body: OpenThreadBody) -> tuple[OpenThreadReply, int]:
        """Open a thread, and make what there is not: the user's project, the thread, its files.

        201 for a new thread, 200 for one that was there; an archived one is brought back. What
        the body says of the project takes a token for the user, and so does making it. A preview
        that starts is in the answer as it is at once.
        """
        opening = body.request(key)
        await permit_opening(asking, opening)
        asking.note_write()
        workspace = await asking.ask("workspaces", opening)
        preview = await asking.preview(workspace) if body.preview else preview_of(key)
        return whole(await find(key), workspace, preview), 201 if workspace.new else 200

    @routes.patch(THREAD)
    @operation("changeThread", ThreadReply, body=ThreadBody)
    async def change(key: ThreadKey, body: ThreadBody) -> ThreadReply:
        """Give a thread another title, archive it, or bring it back.

        One that is archived has no files on disk and no preview: what was uncommitted is saved,
        and is there again when it is brought back.
        """
        body.check()
        asking.note_write()
        changed = await find(key)
        if body.title is not None:
            changed = await asking.ask("workspaces", RenameThread(key, body.title))
        if body.archived is True:
            changed = await without_preview(key, ArchiveThread(key))
        if body.archived is False and changed.archived:
            await asking.ask("workspaces", OpenWorkspace(key))
            changed = await find(key)
        return ThreadReply(thread=described(changed))

    @routes.delete(THREAD)
    @operation("deleteThread", DeletedReply, query=WithBranch)
    async def delete(key: ThreadKey, query: WithBranch) -> DeletedReply:
        """Remove a thread's files, its preview and its history; with `branch` its branch, too.

        The answer has the commits by which its work is found again.
        """
        asking.note_write()
        await find(key)
        return deleted_reply(await without_preview(key, DeleteThread(key, query.branch)))

    async def without_preview(key: ThreadKey, request: Request[R]) -> R:
        """Take a thread's files away, and before them what serves them.

        The other way round, somebody who hangs up in the middle would leave a server in a folder
        that is gone. It comes back where the files stay.
        """
        await refuse_under_a_turn(key)
        served = preview_of(key)
        await asking.ask("previews", StopPreview(key))
        refusal: Refused
        try:
            return await asking.ask("workspaces", request)
        except Refused as refused:
            refusal = refused
        if served is not None:
            with suppress(Refused):
                await asking.preview(await asking.workspace(key))
        raise refusal

    async def refuse_under_a_turn(key: ThreadKey) -> None:
        """As the files' own desk does, but before a turn that looks at its pages loses them."""
        turns: tuple[TurnInfo, ...] = ()
        with suppress(Refused):  # where nobody knows of turns, none runs
            turns = await asking.ask("agent", ListTurns(key, 1))
        if not all(turn.state.ended for turn in turns):
            raise Refused(f"cannot do this to {key} while a turn runs in it: wait for its end")

    @routes.post(f"{THREAD}/fork")
    @operation("forkThread", (201, OpenThreadReply), body=ForkBody)
    async def fork(key: ThreadKey, body: ForkBody) -> Located:
        """Open a new thread of the same user at a point of another. Takes a token for the user."""
        permit_project(key)
        asking.note_write()
        wanted = ForkThread(key, body.thread_id, body.commit, body.title)
        workspace = await asking.ask("workspaces", wanted)
        located = {"Location": f"/v1/threads/{workspace.key}"}
        return whole(await find(workspace.key), workspace, None), 201, located

    return routes
