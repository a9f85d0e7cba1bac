"""The routes for what a conversation changed: to look at it, take it back, and merge it."""

from __future__ import annotations

from typing import Any

from quart import Blueprint, Response, request

from services.api.asking import Asking
from services.api.git_replies import (
    Reply,
    diff_reply,
    log_reply,
    merged_reply,
    pull_request_reply,
)
from services.api.reading import body_of, number
from services.api.schema import MergeBody, PullRequestBody, RestoreBody, thread_key
from services.messages import MergeThread, OpenPullRequest, ReadDiff, ReadLog, RestoreCommit

THREAD = "/v1/threads/<client>/<user>/<thread>"
UNIFIED = "text/x-diff"


def history_routes(asking: Asking) -> Blueprint:
    routes = Blueprint("history", __name__)

    @routes.get(f"{THREAD}/diff")
    async def diff(client: str, user: str, thread: str) -> dict[str, Any] | Response:
        """JSON, or for `Accept: text/x-diff` what `git apply` takes."""
        query = request.args
        wanted = ReadDiff(
            thread_key(client, user, thread),
            query.get("base"),
            query.get("target"),
            tuple(query.getlist("path")),
            number("context", 3),
        )
        found = await asking.ask("workspaces", wanted)
        accepted = request.accept_mimetypes.best_match(["application/json", UNIFIED])
        if accepted != UNIFIED:
            return diff_reply(found)
        text = found.unified.encode(errors="replace")
        reply = Response(text, content_type=f"{UNIFIED}; charset=utf-8")
        reply.headers["X-Truncated"] = "1" if found.truncated else "0"
        return reply

    @routes.get(f"{THREAD}/log")
    async def log(client: str, user: str, thread: str) -> dict[str, Any]:
        key = thread_key(client, user, thread)
        wanted = ReadLog(key, number("limit", 50), request.args.get("before"))
        return log_reply(await asking.ask("workspaces", wanted))

    @routes.post(f"{THREAD}/restore")
    async def restore(client: str, user: str, thread: str) -> Reply:
        key = thread_key(client, user, thread)
        body = await body_of(RestoreBody)
        asking.note_write()
        wanted = RestoreCommit(key, body.commit, body.expected_head)
        restored = await asking.ask("workspaces", wanted)
        reply, code = merged_reply(restored, f"restore {body.commit}")
        if code == 200:
            await asking.refresh(key)
        return reply, code

    @routes.post(f"{THREAD}/merge")
    async def merge(client: str, user: str, thread: str) -> Reply:
        key = thread_key(client, user, thread)
        body = await body_of(MergeBody)
        asking.note_write()
        merged = await asking.ask("workspaces", MergeThread(key, body.message))
        return merged_reply(merged, f"merge {thread}")

    @routes.post(f"{THREAD}/pull-request")
    async def pull_request(client: str, user: str, thread: str) -> Reply:
        key = thread_key(client, user, thread)
        body = await body_of(PullRequestBody)
        asking.note_write()
        wanted = OpenPullRequest(key, body.title, body.body, body.draft)
        return pull_request_reply(await asking.ask("workspaces", wanted))

    return routes
