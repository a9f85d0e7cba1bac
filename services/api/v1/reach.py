"""How far a token for one thread reaches into what all threads of its user share."""

from __future__ import annotations

import re

from msgspec.structs import replace

from services.api.asking import Asking
from services.api.auth import caller, permit
from services.messages import (
    EVERYTHING,
    Fetched,
    FindProject,
    GitState,
    OpenWorkspace,
    Scope,
    ThreadKey,
)

# Nobody finds the commits of another thread by guessing such.
_WHOLE_HASH = re.compile(r"[0-9a-f]{40}")


def owner(key: ThreadKey) -> Scope:
    """What the user of a thread has: the project, and each of its threads."""
    return Scope(key.client, key.user)


def sees_project(key: ThreadKey) -> bool:
    """Whether whoever asks may know of the other threads of the user."""
    return caller().covers(owner(key))


def permit_project(key: ThreadKey) -> None:
    """Raises `Problem` for a token of one thread alone."""
    permit(owner(key))


async def permit_opening(asking: Asking, opening: OpenWorkspace) -> None:
    """Raises `Problem` where a token of one thread would make or change the project by opening it.

    So does every token but the operator's with a path of this machine, where there may be
    what is not its own. Raises `NotFound` where there is no project.
    """
    key = opening.key
    if _is_path(opening.repo_url or ""):
        permit(EVERYTHING)
    if sees_project(key):
        return
    if reaches_project(opening):
        permit_project(key)
    await asking.ask("workspaces", FindProject(key.client, key.user))


def _is_path(url: str) -> bool:
    return url.startswith("/") or url[:5].lower() == "file:"


def reaches_project(opening: OpenWorkspace) -> bool:
    """Whether it says something about the project, which is not the thread's alone."""
    said = (opening.repo_url, opening.branch, opening.depth, opening.site)
    return opening.empty or any(each is not None for each in said)


def as_seen(key: ThreadKey, git: GitState) -> GitState:
    """With the branches that whoever asks may know of: others are named after other threads."""
    return git if sees_project(key) else replace(git, branches=(git.branch,))


def as_fetched(key: ThreadKey, fetched: Fetched) -> Fetched:
    """The same of what has moved at the remote."""
    if sees_project(key):
        return fetched
    return Fetched(tuple(branch for branch in fetched.changed if branch == key.branch))


def permit_points(key: ThreadKey, *points: str | None) -> None:
    """Raises `Problem` where a token of one thread names what may be another thread's.

    Its own branch may be named, and a commit by its whole hash; None is nothing.
    """
    own = {None, key.branch}
    if not all(point in own or _WHOLE_HASH.fullmatch(str(point)) for point in points):
        permit_project(key)
