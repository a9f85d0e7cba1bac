"""What the bodies and queries of requests about files under git look like."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from services.api.shapes import Body, Query


class NewCommitBody(Body, frozen=True, kw_only=True):
    """What is committed: all that git does not ignore, or `paths`, files and directories, alone."""

    message: str
    paths: Annotated[tuple[str, ...], Meta(min_length=1)] | None = None


class PushThreadBody(Body, frozen=True, kw_only=True):
    """With `force` commits may be lost at the remote, but none that was not seen by a fetch.

    With `defaultBranch` it is the project's default branch that is pushed, never with force.
    """

    force: bool = False
    default_branch: bool = False


class PullThreadBody(Body, frozen=True, kw_only=True):
    """Which branch of the remote is brought in, the default branch where none is named.

    With `fastForwardOnly` nothing is merged.
    """

    branch: str | None = None
    fast_forward_only: bool = False


class SwitchBranchBody(Body, frozen=True, kw_only=True):
    """The branch to go on with; with `create` it is made here."""

    branch: str
    create: bool = False


class MergeBody(Body, frozen=True, kw_only=True):
    """The message of the commit that merges, where one is made."""

    message: str | None = None


class RestoreBody(Body, frozen=True, kw_only=True):
    """The commit whose files are wanted; with `expectedHead`, only if the branch is there."""

    commit: str
    expected_head: str | None = None


class PullRequestBody(Body, frozen=True, kw_only=True):
    """What the pull request says."""

    title: str
    body: str = ""
    draft: bool = False


class Between(Query, frozen=True, kw_only=True):
    """Between which points, of which files."""

    base: Annotated[str | None, Meta(description="from where; else the last commit")] = None
    target: Annotated[str | None, Meta(description="to where; else the files as they are")] = None
    path: Annotated[tuple[str, ...], Meta(description="a file or a directory")] = ()
    context: Annotated[int, Meta(ge=0, le=1000, description="lines around a change")] = 3


class Commits(Query, frozen=True, kw_only=True):
    limit: Annotated[int, Meta(ge=1, le=1000, description="how many at most")] = 50
    before: Annotated[str | None, Meta(description="the commit that they come after")] = None
