"""Git workspaces: a project for each user, a branch and a worktree for each of the threads."""

from __future__ import annotations

from typing import Literal

import msgspec
import trio

from supervisor.context import Context


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the workspaces are and how commits are made.

    `root` is the directory of all workspaces; it is made when it is missing. `branch` is the
    default branch of a site that starts here; a clone keeps its remote's. `schemes` are the
    kinds of repository address that may be cloned; `file` allows paths of this machine too.
    A remote that is silent for `network_timeout` seconds is given up. `forges` says what the
    forges at hosts of one's own are: "github" (Enterprise Server) or "gitlab".
    """

    root: str
    branch: str = "main"
    author_name: str = "nurseryd"
    author_email: str = "nurseryd@localhost"
    schemes: tuple[str, ...] = ("https", "file")
    network_timeout: float = 30.0
    hosts: tuple[str, ...] = ()
    depth: int = 0
    protected: tuple[str, ...] = ("main", "master", "production")
    forges: dict[str, Literal["github", "gitlab"]] = {}


async def serve(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
    """Answer the desk `workspaces`; when stopping, save what is uncommitted and return."""
    from services.workspaces.service import run

    await run(ctx, task_status=task_status)
