"""The original's git routes: a thread's status, its commits, and its remote."""

from __future__ import annotations

from typing import Any

from quart import Blueprint

from services.api.asking import Asking
from services.api.errors import status_of
from services.api.git_replies import (
    Reply,
    commit_reply,
    git_reply,
    git_status_reply,
    merged_reply,
    push_refused,
    push_reply,
)
from services.api.reading import body_of
from services.api.schema import BranchBody, CommitBody, FetchBody, PullBody, PushBody, thread_key
from services.messages import (
    CommitChanges,
    Fetch,
    FindWorkspace,
    GitState,
    Pull,
    Push,
    ReadGit,
    SwitchBranch,
    ThreadKey,
)
from supervisor.desk import Gone, NotFound, Refused

THREAD = "<client>/<user>/<thread>"


def git_routes(asking: Asking) -> Blueprint:
    routes = Blueprint("git", __name__)

    async def read(key: ThreadKey) -> GitState:
        return await asking.ask("workspaces", ReadGit(key))

    @routes.get(f"/api/git/{THREAD}")
    async def git(client: str, user: str, thread: str) -> dict[str, Any]:
        return git_reply(await read(thread_key(client, user, thread)))

    @routes.get(f"/api/git/status/{THREAD}")
    async def status(client: str, user: str, thread: str) -> dict[str, Any]:
        return git_status_reply(await read(thread_key(client, user, thread)))

    @routes.post(f"/api/git/commit/{THREAD}")
    async def commit(client: str, user: str, thread: str) -> dict[str, Any]:
        key = thread_key(client, user, thread)
        body = await body_of(CommitBody)
        paths = body.checked_paths
        asking.note_write()
        workspace = await asking.ask("workspaces", FindWorkspace(key))
        made = await asking.ask("workspaces", CommitChanges(key, body.message, paths=paths))
        return commit_reply(workspace.branch, made)

    @routes.post(f"/api/git/push/{THREAD}")
    async def push(client: str, user: str, thread: str) -> Reply:
        key = thread_key(client, user, thread)
        body = await body_of(PushBody)
        asking.note_write()
        workspace = await asking.ask("workspaces", FindWorkspace(key))
        try:
            return push_reply(await asking.ask("workspaces", Push(key, body.force))), 200
        except (Gone, NotFound):
            raise
        except Refused as refusal:
            return push_refused(workspace.branch, str(refusal)), status_of(refusal)

    @routes.post(f"/api/git/pull/{THREAD}")
    async def pull(client: str, user: str, thread: str) -> Reply:
        key = thread_key(client, user, thread)
        body = await body_of(PullBody)
        asking.note_write()
        branch = body.branch or (await read(key)).default
        merged = await asking.ask("workspaces", Pull(key, body.branch or None))
        reply, code = merged_reply(merged, f"pull {branch}")
        if code == 200:
            await asking.refresh(key)
            reply["message"] = f"Successfully pulled from {branch}"
        return reply, code

    @routes.post(f"/api/git/fetch/{THREAD}")
    async def fetch(client: str, user: str, thread: str) -> dict[str, Any]:
        key = thread_key(client, user, thread)
        await body_of(FetchBody)
        asking.note_write()
        fetched = await asking.ask("workspaces", Fetch(key))
        message = "Successfully fetched from remote"
        return {"success": True, "message": message, "changed": list(fetched.changed)}

    @routes.post(f"/api/git/branch/{THREAD}")
    async def branch(client: str, user: str, thread: str) -> dict[str, Any]:
        key = thread_key(client, user, thread)
        body = await body_of(BranchBody)
        asking.note_write()
        switch = SwitchBranch(key, body.branch, body.create_new)
        switched = await asking.ask("workspaces", switch)
        await asking.refresh(key)
        message = f"Successfully switched to branch: {switched.branch}"
        return {"success": True, "message": message, "branch": switched.branch}

    return routes
