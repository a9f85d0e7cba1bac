"""Git workspaces: a project for each user, a branch and a worktree for each of the threads."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Literal

import msgspec
import trio

from supervisor.context import Context, Doubt, Obstacle
from supervisor.desk import Refused

SCHEMES = ("https", "http", "file")
_BRANCH = re.compile(r"(?![-/.])(?!.*(?:\.\.|//|@\{|\.lock$|[/.]$))[^\s~^:?*\[\\\x00-\x1f\x7f]+")
_HOST = re.compile(r"([\w.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?", re.ASCII)


class Credential(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the token for a host comes from, and the user's name that goes with it.

    `env` is a variable of the daemon's environment, which belongs into `secrets` of `[supervisor]`
    too, so that no child inherits it; it has the token, or says "secretsmanager:NAME_OR_ARN#KEY".
    `secret` is the name or ARN of a secret in AWS Secrets Manager, and `key` the field of it that
    is the token, where the secret is a JSON object. Without `user` it is the name that the host
    wants beside a token.
    """

    env: str | None = None
    secret: str | None = None
    key: str | None = None
    user: str | None = None

    def __post_init__(self) -> None:
        if (self.env is None) == (self.secret is None):
            raise ValueError("give exactly one of env and secret")
        if self.key is not None and self.secret is None:
            raise ValueError("key is a field of a secret: give secret too")


def _github() -> dict[str, Credential]:
    return {"github.com": Credential(env="GITHUB_TOKEN")}


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the workspaces are, how commits are made, and which remotes are spoken with.

    `root` is the directory of all workspaces; it is made when it is missing. `branch` is the
    default branch of a site that starts here; a clone keeps its remote's. `depth` is how many
    commits of history a clone brings, 0 for all. `protected` branches are never pushed to.

    With `push_commits` a thread's branch is pushed after each commit. With `push_at_stop` every
    branch that is ahead of its remote, and what is uncommitted in threads, is pushed when the
    service stops, in what `stop_timeout` leaves after all is saved: the latter to
    `refs/nurseryd/wip/{thread}`, from where it comes back into a thread of that name that is
    opened in another clone.

    `schemes` are the kinds of repository address that may be used: `https`, `file`, which allows
    paths of this machine too, and `http`, which reaches only this machine itself and what `hosts`
    names. `hosts` are those that may be spoken with, as `host` or `host:port`, and `repositories`
    the addresses that may be used, or what they begin with, and `/*`; empty means any.
    A remote that is silent for `network_timeout` seconds is given up. `credentials` says by host,
    with its port where addresses have one, where the token for it comes from. `forges` says what
    the forges at hosts of one's own are: "github" (Enterprise Server) or "gitlab".

    With `volume` the `root` is to be a volume of its own: an absolute path, and a warning where
    nothing is mounted. Who names no repository gets `repository`, where that is given.

    With `svg` an SVG may be uploaded as an image; it can run code in the page that opens it.
    """

    root: str
    branch: str = "main"
    author_name: str = "nurseryd"
    author_email: str = "nurseryd@localhost"
    schemes: tuple[str, ...] = ("https", "file")
    network_timeout: float = 30.0
    hosts: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    depth: int = 0
    protected: tuple[str, ...] = ("main", "master", "production")
    push_commits: bool = False
    push_at_stop: bool = False
    forges: dict[str, Literal["github", "gitlab"]] = {}
    svg: bool = False
    volume: bool = False
    repository: str = ""
    remote: str = "origin"
    credentials: dict[str, Credential] = msgspec.field(default_factory=_github)

    def __post_init__(self) -> None:
        if found := [*self._problems()]:
            raise ValueError("\n".join(found))

    def _problems(self) -> Iterator[str]:
        if unknown := [scheme for scheme in self.schemes if scheme not in SCHEMES]:
            yield f"schemes: {unknown[0]!r} is not one of {', '.join(SCHEMES)}"
        for key, names in (("hosts", self.hosts), ("credentials", self.credentials)):
            if unknown := [name for name in names if not _HOST.fullmatch(name)]:
                yield f"{key}: {unknown[0]!r} is no host: write host or host:port"
        if self.network_timeout <= 0:
            yield "network_timeout: is a number of seconds above 0"
        if self.depth < 0:
            yield "depth: is a number of commits, or 0 for all"
        if self.volume and not os.path.isabs(self.root):
            yield f"root: {self.root!r} is no absolute path: write /workspace, or where it is"
        if self.remote != "origin":
            yield f"remote: {self.remote!r} is not to be had: a site's remote is called origin here"
        if self.repository or self.repositories:
            yield from self._repository_problems()
        for key, branches in (("branch", (self.branch,)), ("protected", self.protected)):
            if unknown := [name for name in branches if not _BRANCH.fullmatch(name)]:
                yield f"{key}: {unknown[0]!r} is no name of a branch"
        for key, text in (("author_name", self.author_name), ("author_email", self.author_email)):
            if not text.strip() or set(text) & set("<>\n\r\0"):
                yield f"{key}: {text!r} is nothing that git takes: leave out '<', '>' and line ends"

    def _repository_problems(self) -> Iterator[str]:
        from services.workspaces.allowed import Allowed, is_unfit

        for it in filter(is_unfit, self.repositories):
            yield f"repositories: {it!r} is no address: write https://HOST/OWNER/NAME or …/OWNER/*"
        if self.repository:
            try:
                Allowed(self.schemes, self.hosts, self.repositories).check(self.repository)
            except Refused as refusal:
                yield f"repository: {refusal}"


def look(options: Options) -> Iterator[Obstacle | Doubt]:
    """Whether the sites can be kept where they are to be."""
    from services.workspaces.ground import look

    return look(options)


async def serve(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
    """Answer the desk `workspaces`; when stopping, save what is uncommitted and return."""
    from services.workspaces.service import run

    await run(ctx, task_status=task_status)
