"""What the bodies of the original's requests look like."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from services.api.errors import Problem
from services.api.shapes import Body, checked_instruction, thread_key
from services.messages import Mode, OpenWorkspace, ThreadKey


class _ThreadBody(Body, frozen=True, kw_only=True):
    client_id: str
    user_id: str
    thread_id: str

    @property
    def key(self) -> ThreadKey:
        """Whose request it is; raises `Problem` for ids that cannot be used."""
        return thread_key(self.client_id, self.user_id, self.thread_id)


class InitBody(_ThreadBody, frozen=True, kw_only=True):
    """Which thread to open, and how its project is made where there is none.

    `repoUrl` is cloned, its `branch` if that is not the default one, no more than `depth` commits
    of it unless that is 0. Without it the project is the starter site, or nothing if `empty`.
    `title` is the thread's, `site` the folder of the site in a repository that holds several.
    """

    repo_url: str | None = None
    branch: str | None = None
    depth: Annotated[int, Meta(ge=0)] | None = None
    empty: bool = False
    title: str | None = None
    site: str | None = None

    @property
    def request(self) -> OpenWorkspace:
        """What it asks for; an empty text is none."""
        return OpenWorkspace(
            self.key,
            self.repo_url or None,
            self.branch or None,
            self.depth,
            self.empty,
            self.title or None,
            self.site,
        )


class ExecuteBody(_ThreadBody, frozen=True, kw_only=True):
    """What to do in which thread; `plan` and `analyze` change no file."""

    instruction: str
    mode: Mode = Mode.EXECUTE

    @property
    def checked_instruction(self) -> str:
        """The instruction without the space around it; raises `Problem` if empty or too long."""
        return checked_instruction(self.instruction)


class CommitBody(Body, frozen=True, kw_only=True):
    """The message of the commit. It is of everything, unless `paths` names some."""

    message: str
    paths: tuple[str, ...] | None = None

    @property
    def checked_paths(self) -> tuple[str, ...]:
        """None at all for everything; raises `Problem` for a list in which nothing was chosen."""
        if self.paths is None:
            return ()
        if not self.paths:
            raise Problem(
                400, "cannot commit no paths: name some, or leave paths out to commit everything"
            )
        return self.paths


class PushBody(Body, frozen=True, kw_only=True):
    """Whether commits at the remote may be lost, those alone that a fetch has seen."""

    force: bool = False


class PullBody(Body, frozen=True, kw_only=True):
    """Which branch of the remote; the default one, unless it names one."""

    branch: str | None = None


class BranchBody(Body, frozen=True, kw_only=True):
    """Which branch to be on, and whether to make it."""

    branch: str
    create_new: bool = False
