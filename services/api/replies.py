"""What the editing routes reply, in the shapes that clients of the original know."""

from __future__ import annotations

from typing import Any

from services.api.addresses import Addresses
from services.api.preview_replies import astro
from services.messages import GitState, Preview, Workspace


def init_reply(
    workspace: Workspace, preview: Preview, addresses: Addresses, now: float
) -> dict[str, Any]:
    """`projectPath` is the thread's own worktree, where its files are.

    `ownUrl` is where its preview is, whichever was opened last.
    """
    return {
        "success": True,
        "workspace": {
            "projectPath": str(workspace.root),
            "branch": workspace.branch,
            "resumed": workspace.resumed,
        },
        "astro": astro(preview, addresses) | {"ownUrl": addresses.to_open(preview.id, now)},
    }


def status_reply(workspace: Workspace, git: GitState, touched: int) -> dict[str, Any]:
    """`touched` is in Unix milliseconds."""
    return {
        "success": True,
        "status": {
            "workingDirectory": str(workspace.root),
            "gitStatus": short_status(git),
            "lastActivity": touched,
            "currentBranch": git.branch,
            "allBranches": list(git.branches),
            "projectPath": str(workspace.root),
        },
    }


def short_status(git: GitState) -> str:
    """What `git status --short` says: a line for each path, the untracked ones last."""
    tracked = [
        *((path, "A ") for path in git.added),
        *((path, " M") for path in git.modified),
        *((path, " D") for path in git.deleted),
    ]
    lines = [f"{mark} {path}" for path, mark in sorted(tracked)]
    return "\n".join([*lines, *(f"?? {path}" for path in git.untracked)])
