"""The routes for a thread's files under git, and for its remote."""

from __future__ import annotations

from quart import Blueprint

from services.api.asking import Asking
from services.api.operation import operation
from services.api.shapes import Nothing
from services.api.v1.git_bodies import (
    NewCommitBody,
    PullThreadBody,
    PushThreadBody,
    SwitchBranchBody,
)
from services.api.v1.git_replies import (
    CommittedReply,
    DiscardedReply,
    FetchedReply,
    GitStateReply,
    PushedReply,
    SwitchedReply,
    committed_reply,
    fetched_reply,
    git_reply,
    pushed_reply,
    switched_reply,
)
from services.api.v1.history_replies import MergedReply, joined
from services.api.v1.paths import THREAD
from services.api.v1.reach import as_fetched, as_seen, permit_points, permit_project
from services.messages import (
    CommitChanges,
    DropChanges,
    Fetch,
    Pull,
    Push,
    ReadGit,
    SwitchBranch,
    ThreadKey,
)


def git_routes(asking: Asking) -> Blueprint:
    routes = Blueprint("repository", __name__)

    @routes.get(f"{THREAD}/git")
    @operation("readGit", GitStateReply)
    async def git(key: ThreadKey) -> GitStateReply:
        """What git says of a thread's files, its branch and its remote. Changes nothing."""
        found = await asking.ask("workspaces", ReadGit(key))
        return git_reply(as_seen(key, found))

    @routes.post(f"{THREAD}/commit")
    @operation("commitChanges", CommittedReply, body=NewCommitBody)
    async def commit(key: ThreadKey, body: NewCommitBody) -> CommittedReply:
        """Commit what is uncommitted; null where there is nothing to commit."""
        asking.note_write()
        wanted = CommitChanges(key, body.message, paths=body.paths or ())
        return committed_reply(await asking.ask("workspaces", wanted))

    @routes.post(f"{THREAD}/discard")
    @operation("discardChanges", DiscardedReply, body=Nothing)
    async def discard(key: ThreadKey, body: Nothing) -> DiscardedReply:
        """Take the files back to the last commit.

        The commit `saved` still has what is discarded; it is on no branch.
        """
        asking.note_write()
        saved = await asking.ask("workspaces", DropChanges(key))
        await asking.refresh(key)
        return DiscardedReply(saved=saved)

    @routes.post(f"{THREAD}/push")
    @operation("pushThread", PushedReply, body=PushThreadBody)
    async def push(key: ThreadKey, body: PushThreadBody) -> PushedReply:
        """Push a thread's branch to its twin at the remote.

        The default branch, which all threads of the user start from, takes a token for the user.
        """
        if body.default_branch:
            permit_project(key)
        asking.note_write()
        wanted = Push(key, body.force, body.default_branch)
        return pushed_reply(await asking.ask("workspaces", wanted))

    @routes.post(f"{THREAD}/pull")
    @operation("pullThread", MergedReply, body=PullThreadBody)
    async def pull(key: ThreadKey, body: PullThreadBody) -> MergedReply:
        """Bring a branch of the remote into a thread.

        Where the project has no remote, the branch is the project's own. 409 with the `conflicts`
        where both sides changed the same, and then nothing was changed.
        """
        permit_points(key, body.branch)
        asking.note_write()
        wanted = Pull(key, body.branch or None, body.fast_forward_only)
        what = f"pull {body.branch or 'the default branch'}"
        reply = joined(await asking.ask("workspaces", wanted), what)
        await asking.refresh(key)
        return reply

    @routes.post(f"{THREAD}/fetch")
    @operation("fetchRemote", FetchedReply, body=Nothing)
    async def fetch(key: ThreadKey, body: Nothing) -> FetchedReply:
        """Look at the remote: its branches and what is on them. No thread changes.

        A token for one thread is told of its own branch alone.
        """
        asking.note_write()
        fetched = await asking.ask("workspaces", Fetch(key))
        return fetched_reply(as_fetched(key, fetched))

    @routes.post(f"{THREAD}/branch")
    @operation("switchBranch", SwitchedReply, body=SwitchBranchBody)
    async def branch(key: ThreadKey, body: SwitchBranchBody) -> SwitchedReply:
        """Go on with another branch in a thread.

        What is uncommitted stays with its branch, and comes back with it; to a branch that is made
        here it comes along. A token for one thread goes back to the thread's own.
        """
        permit_points(key, body.branch)
        asking.note_write()
        wanted = SwitchBranch(key, body.branch, body.create)
        switched = switched_reply(await asking.ask("workspaces", wanted))
        await asking.refresh(key)
        return switched

    return routes
