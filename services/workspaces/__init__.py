"""Git workspaces: a project for each user, a branch and a worktree for each of the threads."""

from __future__ import annotations

import re
from typing import Literal

import msgspec
import trio

from supervisor.context import Context

SCHEMES = ("https", "http", "file")
_HOST = re.compile(r"([\w.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?", re.ASCII)


class Credential(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the token for a host comes from, and the user's name that goes with it.

    `env` is a variable of the daemon's environment, which belongs into `secrets` of `[supervisor]`
    too, so that no child inherits it. `secret` is the name or ARN of a secret in AWS Secrets
    Manager, and `key` the field of it that is the token, where the secret is a JSON object.
    Without `user` it is the name that the host wants beside a token.
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

    `schemes` are the kinds of repository address that may be used: `https`, `file`, which allows
    paths of this machine too, and `http`, which reaches only this machine itself and what `hosts`
    names. `hosts` are those that may be spoken with, as `host` or `host:port`; empty means any.
    A remote that is silent for `network_timeout` seconds is given up. `credentials` says by host,
    with its port where addresses have one, where the token for it comes from. `forges` says what
    the forges at hosts of one's own are: "github" (Enterprise Server) or "gitlab".
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
    credentials: dict[str, Credential] = msgspec.field(default_factory=_github)

    def __post_init__(self) -> None:
        if unknown := [scheme for scheme in self.schemes if scheme not in SCHEMES]:
            raise ValueError(f"schemes: {unknown[0]!r} is not one of {', '.join(SCHEMES)}")
        for key, names in (("hosts", self.hosts), ("credentials", self.credentials)):
            if unknown := [name for name in names if not _HOST.fullmatch(name)]:
                raise ValueError(f"{key}: {unknown[0]!r} is no host: write host or host:port")
        if self.network_timeout <= 0:
            raise ValueError("network_timeout: is a number of seconds above 0")
        if self.depth < 0:
            raise ValueError("depth: is a number of commits, or 0 for all")


async def serve(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
    """Answer the desk `workspaces`; when stopping, save what is uncommitted and return."""
    from services.workspaces.service import run

    await run(ctx, task_status=task_status)
