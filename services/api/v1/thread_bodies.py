"""What the bodies and queries of requests about a conversation look like."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from services.api.errors import Problem
from services.api.shapes import Body, Id, Query
from services.messages import OpenWorkspace, ThreadKey


class OpenThreadBody(Body, frozen=True, kw_only=True):
    """How a thread is opened; where it and its user's project are there already, nothing is needed.

    `repoUrl`, `branch`, `depth` and `empty` say how the project is made where there is none:
    cloned, with `branch` as its default branch and so many commits of history (0 for all); without
    an address it starts as the starter site, or `empty`. `title` names a new thread. `site` is the
    folder of the site in the repository, for all threads of the project: empty to look for it.
    With `preview` the thread's dev server is started, too.
    """

    repo_url: str | None = None
    branch: str | None = None
    depth: Annotated[int, Meta(ge=0)] | None = None
    empty: bool = False
    title: str | None = None
    site: str | None = None
    preview: bool = False

    def request(self, key: ThreadKey) -> OpenWorkspace:
        """What it asks for; an empty text is none."""
        return OpenWorkspace(
            key,
            self.repo_url or None,
            self.branch or None,
            self.depth,
            self.empty,
            self.title or None,
            self.site,
        )


class ThreadBody(Body, frozen=True, kw_only=True):
    """What is to be different about a thread."""

    title: str | None = None
    archived: bool | None = None

    def check(self) -> None:
        """Raises `Problem` where nothing is to be different."""
        if self.title is None and self.archived is None:
            raise Problem(400, "cannot change nothing: give title, archived, or both")


class ForkBody(Body, frozen=True, kw_only=True):
    """The id of the new thread, and the commit that it starts at.

    Without `commit` it starts where the other is, with what is uncommitted there.
    """

    thread_id: Id
    commit: str | None = None
    title: str | None = None


class Archived(Query, frozen=True, kw_only=True):
    archived: Annotated[bool, Meta(description="those that are archived, and no others")] = False


class WithBranch(Query, frozen=True, kw_only=True):
    branch: Annotated[bool, Meta(description="remove its branch, too")] = False
