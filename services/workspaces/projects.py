"""A user's project: the repository that every thread of theirs shares."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from services.messages import OpenWorkspace
from services.workspaces import files, names, remotes
from services.workspaces.git import projects as git
from services.workspaces.git import transfer
from services.workspaces.git.repository import GitFailed
from services.workspaces.layout import Layout
from services.workspaces.records import read_metadata, touch_metadata
from services.workspaces.settings import Settings
from supervisor.desk import Refused


def make(settings: Settings, request: OpenWorkspace, check: Callable[[], None]) -> None:
    """Make the project of a thread's user, if there is none.

    It is built beside its place and renamed into it: wherever this is interrupted, the next
    call finds a whole one or none. `check` is called while a clone comes in and before it
    gets its name; what it raises leaves nothing behind.
    """
    layout = settings.layout(request.key)
    files.refuse_links(layout, request.key.thread)
    url = remotes.checked(request.repo_url, settings.schemes) if request.repo_url else None
    files.remove_partial(layout)
    if _hollow(layout):
        files.remove(layout.project)
    if not layout.project.exists():
        _make(settings, layout, request, url, check)
        touch_metadata(layout.metadata, url)


def known_url(layout: Layout, url: str | None) -> str | None:
    """Where a project came from; raises `Refused` if that is not `url`, where one is given."""
    metadata = read_metadata(layout.metadata)
    known = metadata.repo_url if metadata else git.origin(layout.git)
    if url is not None and not remotes.same(url, known):
        start = known or "no repository"
        raise Refused(
            f"cannot open {url} for {layout.client}/{layout.user}: that workspace was made"
            f" from {start}; use another userId, or leave repoUrl out"
        )
    return known


def _make(
    settings: Settings,
    layout: Layout,
    request: OpenWorkspace,
    url: str | None,
    check: Callable[[], None],
) -> None:
    layout.home.mkdir(parents=True, exist_ok=True)
    place = layout.partial_project(secrets.token_hex(4))
    try:
        _build(settings, place, request, url, check)
        check()
        place.rename(layout.project)
    except BaseException:
        files.remove(place)
        check()  # somebody else may be at work by now, if nobody waits for this any more
        with suppress(OSError):
            layout.home.rmdir()  # only if it is empty
        raise


def _build(
    settings: Settings,
    place: Path,
    request: OpenWorkspace,
    url: str | None,
    check: Callable[[], None],
) -> None:
    branch = settings.branch if request.branch is None else names.checked_branch(request.branch)
    if url is None:
        git.create(place, branch)
        filled = False
    else:
        if url.startswith("/") and not Path(url).is_dir():
            raise Refused(f"cannot clone {url}: there is no such directory")
        try:
            filled = transfer.clone(url, place, branch, check)
        except GitFailed as error:
            raise Refused(
                f"cannot clone {url}: {error}; check the address, and that it may be read"
            ) from error
    files.exclude_generated(place / ".git")
    if not filled:
        if not request.empty:
            files.copy_site(settings.starter, place)
        subject = "Start empty" if request.empty else "Start from the starter site"
        git.first_commit(place / ".git", settings.author, f"{subject}\n")


def _hollow(layout: Layout) -> bool:
    """Whether a project is only the shell of one, as a foreign clone leaves it when killed."""
    if not layout.project.is_dir():
        return False
    found = {path.name for path in layout.project.iterdir()}
    return not found or (found == {".git"} and git.is_hollow(layout.git))
