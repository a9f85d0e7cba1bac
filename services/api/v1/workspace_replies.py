"""What users' projects are like, as our routes tell it."""

from __future__ import annotations

from datetime import datetime

from services.api.shapes import Reply
from services.api.v1.times import read_moment
from services.messages import Project


class WorkspaceDescription(Reply, frozen=True, kw_only=True):
    """A user's place on the volume: the project that all threads of theirs share.

    `repoUrl` is where it came from, without credentials, null for one that was made here.
    `defaultBranch` is where threads start from and are merged into, null where git cannot say.
    `site` is the folder of the site in the repository, empty where nobody said which it is.
    `threads` counts those that are archived, too.
    """

    client_id: str
    user_id: str
    repo_url: str | None
    default_branch: str | None
    site: str
    created: datetime
    last_accessed: datetime
    threads: int


class WorkspaceReply(Reply, frozen=True, kw_only=True):
    """A user's workspace, as it is now."""

    workspace: WorkspaceDescription


class WorkspacesReply(Reply, frozen=True, kw_only=True):
    """Workspaces, by client and user."""

    workspaces: tuple[WorkspaceDescription, ...]


def described(project: Project) -> WorkspaceDescription:
    return WorkspaceDescription(
        client_id=project.client,
        user_id=project.user,
        repo_url=project.repo_url,
        default_branch=project.default,
        site=project.site,
        created=read_moment(project.created),
        last_accessed=read_moment(project.last_accessed),
        threads=project.threads,
    )
