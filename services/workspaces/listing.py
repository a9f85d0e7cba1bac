"""The projects on the volume, for somebody who only looks: beside whoever works in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

import structlog
import trio

from services.messages import FindProject, ListProjects, Project, Scope
from services.workspaces import files, records, remotes
from services.workspaces.git import projects as git
from services.workspaces.git.repository import GitFailed
from services.workspaces.layout import Layout
from services.workspaces.records import Metadata, read_metadata
from services.workspaces.settings import Settings
from supervisor.desk import NotFound

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Listing:
    """Walks through the volume one at a time: it may be slow, and whoever asks may be anybody."""

    settings: Settings
    _limiter: trio.CapacityLimiter = field(default_factory=partial(trio.CapacityLimiter, 1))

    async def list(self, request: ListProjects) -> tuple[Project, ...]:
        """Every whole project within a scope, by client and user."""
        return await trio.to_thread.run_sync(self._list, request.scope, limiter=self._limiter)

    async def find(self, request: FindProject) -> Project:
        """One user's. Raises `NotFound`."""
        whose = Scope(request.client, request.user)
        found = await trio.to_thread.run_sync(self._list, whose, limiter=self._limiter)
        if not found:
            raise NotFound(
                f"cannot find a workspace of {request.client}/{request.user}: open a thread of"
                " that user first"
            )
        return found[0]

    def _list(self, scope: Scope) -> tuple[Project, ...]:
        if scope.thread is not None:
            return ()  # a project is not one thread's
        return tuple(
            _project(layout)
            for layout in files.layouts(self.settings.root, scope.client, scope.user)
            if layout.git.is_dir()
        )


def _project(layout: Layout) -> Project:
    url, default = _from_git(layout)
    known = read_metadata(layout.metadata) or _unknown(layout, url)
    return Project(
        client=layout.client,
        user=layout.user,
        repo_url=known.repo_url and remotes.without_credentials(known.repo_url),
        default=default,
        created=known.created,
        last_accessed=known.last_accessed,
        histories=layout.histories,
        site=known.site,
        threads=len(files.threads(layout)),
    )


def _from_git(layout: Layout) -> tuple[str | None, str | None]:
    """Where a project came from, and its default branch; one that is broken hides no other."""
    try:
        return git.origin(layout.git), git.default_branch(layout.git)
    except GitFailed as error:
        name = f"{layout.client}/{layout.user}"
        log.warning("project not readable", workspace=name, reason=str(error))
        return None, None


def _unknown(layout: Layout, url: str | None) -> Metadata:
    """For a project of which nothing is remembered."""
    moment = records.then(layout.git.stat().st_mtime)
    return Metadata(moment, url, moment)
