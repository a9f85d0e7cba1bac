"""What a path from outside means in a thread's worktree, or why it means nothing there."""

from __future__ import annotations

import errno
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from services.messages import ThreadKey
from services.site.containment import Outside, relative
from services.site.opening import Unreadable
from services.workspaces.git.ignoring import ignoring
from services.workspaces.layout import Layout
from services.workspaces.names import checked_file
from supervisor.desk import Invalid, NotFound, Refused


def meant(layout: Layout, key: ThreadKey, path: str, *, to_write: bool = False) -> str:
    """The path, of a file of the thread or of one that it could have.

    Raises `Invalid` for one that nobody may use, and where git ignores it `NotFound`, or again
    `Invalid` for who wants to write there.
    """
    with told(path):
        itself(layout.worktree(key.thread), path)
    with ignoring(layout.admin(key.thread)) as ignored:
        if ignored.file(path):
            raise (Invalid if to_write else NotFound)(is_ignored(path))
    return path


def itself(root: Path, path: str) -> str:
    """The path. Raises `Invalid` where it leads through a link, `Outside` where that leads out."""
    found = relative(root, checked_file(path))
    if found != path:
        raise Invalid(f"cannot use {path}: a link leads from there to {found}; use that path")
    return path


def is_ignored(path: str) -> str:
    return f"cannot use {path}: git ignores it, so it is none of the thread's files"


@contextmanager
def told(path: str) -> Generator[None]:
    """Make refusals of what the disk and the rules say against `path`; other errors pass."""
    try:
        yield
    except Outside as error:
        raise Invalid(str(error)) from error
    except Unreadable as error:
        raise Refused(str(error)) from error
    except FileNotFoundError as error:
        raise NotFound(f"cannot find {path}: list the files to see what there is") from error
    except IsADirectoryError as error:
        raise Refused(f"cannot use {path} as a file: it is a folder; list it instead") from error
    except NotADirectoryError as error:
        raise Refused(f"cannot use {path}: a part of it, or it itself, is no folder") from error
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise Invalid(f"cannot use {path}: it is too long") from error
        if error.errno == errno.ELOOP:  # a link that came after the path was judged
            raise Refused(f"cannot use {path}: it has become a link; look again") from error
        raise
