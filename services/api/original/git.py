"""The original's git routes: a thread's status, its commits, and its remote."""

from __future__ import annotations

from contextlib import suppress

from quart import Blueprint

from services.api.asking import Asking
from services.api.errors import status_of
from services.api.operation import operation
from services.api.original.bodies import BranchBody, CommitBody, PullBody, PushBody
from services.api.original.git_replies import (
    OriginalBranchReply,
    OriginalCommitReply,
    OriginalFetchReply,
    OriginalGitReply,
    OriginalGitStatusReply,
    OriginalPullFailure,
    OriginalPullReply,
    OriginalPushFailure,
    OriginalPushReply,
    branch_reply,
    commit_reply,
    fetch_reply,
    git_reply,
    git_status_reply,
    pull_reply,
    push_refused,
    push_reply,
)
from services.api.shapes import Nothing
from services.api.v1.reach import as_fetched, as_seen, permit_points
from services.messages import (
    CommitChanges,
    Fetch,
    FindWorkspace,
    GitState,
    Pull,
    Push,
    Pushed,
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
    @operation("originalGit", OriginalGitReply)
    async def git(key: ThreadKey) -> OriginalGitReply:
        """A thread's branch, what is not committed on it, and all branches.

        A token for one thread is told of the branch that the thread is on.
        """
        return git_reply(as_seen(key, await read(key)))

    @routes.get(f"/api/git/status/{THREAD}")
    @operation("originalGitStatus", OriginalGitStatusReply)
    async def status(key: ThreadKey) -> OriginalGitStatusReply:
        """A thread against its last commit, and against its remote as it was last seen."""
        return git_status_reply(await read(key))

    @routes.post(f"/api/git/commit/{THREAD}")
    @operation("originalCommit", OriginalCommitReply, body=CommitBody)
    async def commit(key: ThreadKey, body: CommitBody) -> OriginalCommitReply:
        """Commit what git does not ignore; pushed where commits are (`GIT_AUTO_PUSH`)."""
        paths = body.checked_paths
        asking.note_write()
        workspace = await asking.ask("workspaces", FindWorkspace(key))
        made = await asking.ask("workspaces", CommitChanges(key, body.message, paths=paths))
        pushed: Pushed | None = None
        if made is not None and made.pushing:
            with suppress(Refused):  # it is committed all the same
                pushed = await asking.ask("workspaces", Push(key))
        return commit_reply(workspace.branch, made, pushed)

    @routes.post(f"/api/git/push/{THREAD}")
    @operation("originalPush", OriginalPushReply, (409, OriginalPushFailure), body=PushBody)
    async def push(
        key: ThreadKey, body: PushBody
    ) -> tuple[OriginalPushReply | OriginalPushFailure, int]:
        """Push a thread's branch to its remote."""
        asking.note_write()
        workspace = await asking.ask("workspaces", FindWorkspace(key))
        try:
            return push_reply(await asking.ask("workspaces", Push(key, body.force))), 200
        except (Gone, NotFound):
            raise
        except Refused as refusal:
            return push_refused(workspace.branch, str(refusal)), status_of(refusal)

    @routes.post(f"/api/git/pull/{THREAD}")
    @operation("originalPull", OriginalPullReply, (409, OriginalPullFailure), body=PullBody)
    async def pull(
        key: ThreadKey, body: PullBody
    ) -> tuple[OriginalPullReply | OriginalPullFailure, int]:
        """Bring a branch of the remote into a thread; conflicts change nothing.

        A token for one thread brings in the default one, or the thread's own.
        """
        permit_points(key, body.branch or None)
        asking.note_write()
        branch = body.branch or (await read(key)).default
        reply, code = pull_reply(
            branch, await asking.ask("workspaces", Pull(key, body.branch or None))
        )
        if code == 200:
            await asking.refresh(key)
        return reply, code

    @routes.post(f"/api/git/fetch/{THREAD}")
    @operation("originalFetch", OriginalFetchReply, body=Nothing)
    async def fetch(key: ThreadKey, body: Nothing) -> OriginalFetchReply:
        """Look at the remote: its branches and what is on them. No thread's branch moves.

        A token for one thread is told of its own branch alone.
        """
        asking.note_write()
        fetched = await asking.ask("workspaces", Fetch(key))
        return fetch_reply(as_fetched(key, fetched))

    @routes.post(f"/api/git/branch/{THREAD}")
    @operation("originalBranch", OriginalBranchReply, body=BranchBody)
    async def branch(key: ThreadKey, body: BranchBody) -> OriginalBranchReply:
        """Put a thread on another branch; what is not committed waits on the one that it leaves.

        To a branch that `createNew` makes it comes along. A token for one thread goes back to the
        thread's own.
        """
        permit_points(key, body.branch)
        asking.note_write()
        switch = SwitchBranch(key, body.branch, body.create_new)
        switched = await asking.ask("workspaces", switch)
        await asking.refresh(key)
        return branch_reply(switched.branch)

    return routes
