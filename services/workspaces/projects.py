"""A user's project: the repository that every thread of theirs shares."""

from __future__ import annotations

import secrets
from contextlib import suppress
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from services.messages import SCRATCH, OpenWorkspace
from services.workspaces import files, names, remotes
from services.workspaces.credentials import Credentials
from services.workspaces.git import projects as git
from services.workspaces.git import transfer
from services.workspaces.git.repository import GitFailed
from services.workspaces.lanes import Line
from services.workspaces.layout import Layout
from services.workspaces.records import read_metadata, touch_metadata
from services.workspaces.settings import Settings
from services.workspaces.speaking import speak
from supervisor.desk import Invalid, Refused


def exists(settings: Settings, request: OpenWorkspace) -> bool:
    """Whether the user of a thread has a whole project; if so, what was half made in it goes.

    Call it first, with the repository to oneself. Raises `Refused` for an address that may not be
    used, and for symbolic links that lead out of the workspace.
    """
    layout = settings.layout(request.key)
    files.refuse_links(layout, request.key.thread)
    if request.repo_url:
        settings.allowed.check(request.repo_url)
        _refuse_own(settings.root, request.repo_url)
    if not layout.project.exists() or _hollow(layout):
        return False
    files.remove_partial(layout)
    return True


def _refuse_own(root: Path, url: str) -> None:
    """Raises `Invalid` for a path into the workspace, where each repository is somebody's."""
    folder = remotes.folder(url)
    try:
        own = folder is not None and folder.resolve().is_relative_to(root.resolve())
    except (ValueError, OSError, RuntimeError):  # a NUL, links round in circles
        raise Invalid("cannot use this repoUrl: it is not a valid path") from None
    if own:
        raise Invalid(
            "cannot use a repository of the workspace as repoUrl: it is somebody's own; use the"
            " address that it came from"
        )


def by_default(settings: Settings, request: OpenWorkspace) -> OpenWorkspace:
    """What is asked for where no repository is named; our own scratch thread wants the starter."""
    named = request.repo_url or request.empty or request.key == SCRATCH
    if named or not settings.repository:
        return request
    return replace(request, repo_url=settings.repository)


def make(settings: Settings, request: OpenWorkspace, credentials: Credentials, line: Line) -> None:
    """Make the project of a thread's user, if there is none, alone with its remote.

    It is built beside its place and renamed into it: wherever this is interrupted, the next
    call finds a whole one or none. The line's `check` is called while a clone comes in and before
    it gets its name; what it raises leaves nothing behind.
    """
    layout = settings.layout(request.key)
    hollow = layout.project.exists() and _hollow(layout)
    if layout.project.exists() and not hollow:
        return
    files.remove_partial(layout)
    if hollow:
        files.remove(layout.project)
    layout.home.mkdir(parents=True, exist_ok=True)
    place = layout.partial_project(secrets.token_hex(4))
    try:
        _build(settings, place, request, credentials, line)
        line.check()
        # Before the name: whoever sees a project removes what is half written beside it.
        touch_metadata(layout.metadata, request.repo_url or None)
        line.check()
        place.rename(layout.project)
    except BaseException:
        files.remove(place)
        line.check()  # somebody else may be at work by now, if nobody waits for this any more
        with suppress(OSError):
            layout.home.rmdir()  # only if it is empty
        raise


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


def _build(
    settings: Settings,
    place: Path,
    request: OpenWorkspace,
    credentials: Credentials,
    line: Line,
) -> None:
    branch = None if request.branch is None else names.checked_branch(request.branch)
    url = request.repo_url
    if not url:
        git.create(place, branch or settings.branch)
        filled = False
    else:
        filled = _clone(settings, place, request, url, credentials, line)
    files.exclude(place / ".git")
    git.make_room(place / ".git")
    if not filled:
        if not request.empty:
            files.copy_site(settings.starter, place)
        subject = "Start empty" if request.empty else "Start from the starter site"
        git.first_commit(place / ".git", settings.author, f"{subject}\n")


def _clone(
    settings: Settings,
    place: Path,
    request: OpenWorkspace,
    url: str,
    credentials: Credentials,
    line: Line,
) -> bool:
    depth = settings.depth if request.depth is None else request.depth
    if not 0 <= depth <= transfer.ALL:
        raise Refused(
            f"cannot clone {depth} commits: give a number up to {transfer.ALL}, or 0 for all"
        )
    if url.startswith("/") and not Path(url).is_dir():
        raise Refused(f"cannot clone {url}: there is no such directory")
    clone = partial(transfer.clone, url, place, settings.branch, branch=request.branch, depth=depth)
    try:
        return speak(credentials, url, clone, line)
    except transfer.NoBranch as error:
        raise Refused(f"cannot clone {url}: {error}; name another, or none") from error
    except GitFailed as error:
        raise Refused(
            f"cannot clone {url}: {error}; check the address, and that it may be read"
        ) from error


def _hollow(layout: Layout) -> bool:
    """Whether a project is only the shell of one, as a foreign clone leaves it when killed."""
    if not layout.project.is_dir():
        return False
    found = {path.name for path in layout.project.iterdir()}
    return not found or (found == {".git"} and git.is_hollow(layout.git))
