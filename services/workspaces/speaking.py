"""One transfer with a remote: the right token at hand, and its objections told in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from services.workspaces import remotes
from services.workspaces.credentials import Credentials
from services.workspaces.git.repository import GitFailed
from services.workspaces.git.wire import Wire
from services.workspaces.lanes import Line

T = TypeVar("T")


def speak(credentials: Credentials, url: str, work: Callable[[Wire], T], line: Line) -> T:
    """Do `work` with the remote at `url`. Raises what it raises; a `GitFailed` as one of its kind.

    For a worker thread.
    """
    visit = credentials.visit(url)
    try:
        return work(Wire(line.check, line.progress, visit.login))
    except GitFailed as error:
        kind, told = type(error), visit.hide(remotes.in_words(url, str(error)))
    # Out of its handler, so without the cause: a remote may repeat what it was told.
    raise kind(told)
