"""What a request means by its words: a thread that is open, a commit, who is on a branch."""

from __future__ import annotations

from pathlib import Path

from services.messages import ThreadKey
from services.workspaces import files, names
from services.workspaces.git import commits, moving, worktrees
from services.workspaces.layout import Layout
from services.workspaces.records import read_record
from services.workspaces.settings import Settings
from supervisor.desk import NotFound, Refused


def existing(settings: Settings, key: ThreadKey) -> Layout:
    """Where a thread is that has a worktree, for somebody who has the repository alone.

    What could not be finished of a move, because a disk was full for example, is finished first:
    nothing else may be done to half of one. Raises `NotFound` where there is no worktree.
    """
    layout = seen(settings, key)
    place, admin = layout.worktree(key.thread), layout.admin(key.thread)
    worktrees.link(place, admin)
    moving.recover(admin, key.thread, settings.author)
    return layout


def seen(settings: Settings, key: ThreadKey) -> Layout:
    """The same for somebody who only looks, whatever others do meanwhile."""
    layout = settings.layout(key)
    files.refuse_links(layout, key.thread)
    if not (layout.worktree(key.thread).is_dir() and worktrees.is_whole(layout.admin(key.thread))):
        record = read_record(layout, key.thread)
        why = "it is archived; open it again" if record and record.archived else "open it first"
        raise NotFound(f"cannot find a workspace of {key}: {why}")
    return layout


def commit_named(git: Path, name: str) -> str:
    """The hash of the commit that a hash, its beginning, or a branch means; raises `NotFound`."""
    found = commits.named(git, name) if _is_a_name(name) else None
    if found is None:
        raise NotFound("cannot find this commit: give the hash of one, or the name of a branch")
    return found


def on_branch(layout: Layout, branch: str) -> str | None:
    """The thread that is on a branch, or will be when it is opened again.

    An empty name for the project itself, None for nobody.
    """
    held = worktrees.holder(layout.git, branch)
    if held is not None:
        return held
    for thread in files.threads(layout):
        if not worktrees.is_whole(layout.admin(thread)):
            record = read_record(layout, thread)
            own = ThreadKey(layout.client, layout.user, thread).branch
            if branch == ((record and record.branch) or own):
                return thread
    return None


def _is_a_name(name: str) -> bool:
    try:
        return bool(commits.HASH.fullmatch(name) or names.checked_branch(name))
    except Refused:
        return False
