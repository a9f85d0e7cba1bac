"""What a request means by its words: a thread that is open, a commit, a branch."""

from __future__ import annotations

from pathlib import Path

from services.messages import ThreadKey
from services.workspaces import files
from services.workspaces.git import commits
from services.workspaces.layout import Layout
from services.workspaces.settings import Settings
from supervisor.desk import NotFound


def existing(settings: Settings, key: ThreadKey) -> Layout:
    """Where a thread is that has a worktree; raises `NotFound` for any other."""
    layout = settings.layout(key)
    files.refuse_links(layout, key.thread)
    if not (layout.worktree(key.thread).is_dir() and layout.admin(key.thread).is_dir()):
        raise NotFound(f"cannot find a workspace of {key}: open it first")
    return layout


def commit_named(git: Path, name: str) -> str:
    """The hash of the commit that a hash, its beginning, or a branch means; raises `NotFound`."""
    found = commits.named(git, name)
    if found is None:
        raise NotFound("cannot find this commit: give the hash of one, or the name of a branch")
    return found
