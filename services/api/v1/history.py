"""The routes for what a conversation changed: to look at it, take it back, and merge it."""

from __future__ import annotations

from quart import Blueprint, Response

from services.api.asking import Asking
from services.api.operation import operation
from services.api.reading import prefers
from services.api.v1.git_bodies import Between, Commits, MergeBody, PullRequestBody, RestoreBody
from services.api.v1.history_replies import (
    DiffReply,
    LogReply,
    MergedReply,
    Patch,
    PullRequestReply,
    diff_reply,
    joined,
    log_reply,
    pull_request_reply,
)
from services.api.v1.paths import THREAD
from services.api.v1.reach import permit_points, permit_project
from services.messages import (
    MergeThread,
    OpenPullRequest,
    ReadDiff,
    ReadLog,
    RestoreCommit,
    ThreadKey,
)


def history_routes(asking: Asking) -> Blueprint:
    routes = Blueprint("history", __name__)

    @routes.get(f"{THREAD}/diff")
    @operation("readDiff", DiffReply, Patch, query=Between)
    async def diff(key: ThreadKey, query: Between) -> DiffReply | Response:
        """What is different between two points of a thread.

        From `base`, without it the last commit, to `target`, without it the files as they are. Both
        are a branch or the hash of a commit; a token for one thread names its own branch, or a
        whole hash. `path`, which may be given several times, narrows it down to files and
        directories. With `Accept: text/x-diff` it is what `git apply` takes.
        """
        permit_points(key, query.base, query.target)
        wanted = ReadDiff(key, query.base, query.target, query.path, query.context)
        found = await asking.ask("workspaces", wanted)
        if not prefers(Patch):
            return diff_reply(found)
        text = found.unified.encode(errors="replace")
        headers = {"X-Truncated": "1" if found.truncated else "0"}
        return Response(text, headers=headers, content_type=f"{Patch.media_type}; charset=utf-8")

    @routes.get(f"{THREAD}/log")
    @operation("readLog", LogReply, query=Commits)
    async def log(key: ThreadKey, query: Commits) -> LogReply:
        """A thread's commits, newest first.

        With `before`, the hash of a commit, those that come after that one in the list.
        """
        permit_points(key, query.before)
        wanted = ReadLog(key, query.limit, query.before)
        return log_reply(await asking.ask("workspaces", wanted))

    @routes.post(f"{THREAD}/restore")
    @operation("restoreCommit", MergedReply, body=RestoreBody)
    async def restore(key: ThreadKey, body: RestoreBody) -> MergedReply:
        """Bring an earlier commit's files back by a new commit on top.

        What is uncommitted stays so. 409 with the `conflicts` where that is in the way, and then
        nothing was changed.
        """
        permit_points(key, body.commit)
        asking.note_write()
        wanted = RestoreCommit(key, body.commit, body.expected_head)
        reply = joined(await asking.ask("workspaces", wanted), f"restore {body.commit}")
        await asking.refresh(key)
        return reply

    @routes.post(f"{THREAD}/merge")
    @operation("mergeThread", MergedReply, body=MergeBody)
    async def merge(key: ThreadKey, body: MergeBody) -> MergedReply:
        """Merge a thread's commits into the project's default branch.

        409 with the `conflicts` where both changed the same, and then nothing was changed. All
        threads of the user start from that branch, so this takes a token for the user.
        """
        permit_project(key)
        asking.note_write()
        merged = await asking.ask("workspaces", MergeThread(key, body.message))
        return joined(merged, f"merge {key.thread}")

    @routes.post(f"{THREAD}/pull-request")
    @operation("openPullRequest", PullRequestReply, (201, PullRequestReply), body=PullRequestBody)
    async def pull_request(key: ThreadKey, body: PullRequestBody) -> tuple[PullRequestReply, int]:
        """Ask at the forge for a thread to be merged that was pushed.

        201 for a new pull request, 200 with the one that is open already.
        """
        asking.note_write()
        wanted = OpenPullRequest(key, body.title, body.body, body.draft)
        return pull_request_reply(await asking.ask("workspaces", wanted))

    return routes
