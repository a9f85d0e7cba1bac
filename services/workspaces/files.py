"""The plain files of a workspace: the starter site, links, locks, and what was half made."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

from services.messages import ID
from services.site.containment import UNDECIDED
from services.site.opening import UNWRITTEN
from services.workspaces.layout import Layout
from services.workspaces.writing import PARTIAL, write_whole
from supervisor.desk import Refused

# Wherever they are in a site; and what is built, which at other places is somebody's own.
GENERATED = ("node_modules", ".astro")
BUILT = "dist"


def refuse_links(layout: Layout, thread: str) -> None:
    """Raises `Refused` where a symbolic link would lead a path of the thread elsewhere."""
    plain: set[str] = set()
    for path in layout.paths(thread):
        if _leads_elsewhere(str(path), plain):
            raise Refused(
                f"cannot use {path.relative_to(layout.root)}: a symbolic link leads elsewhere;"
                " remove the link"
            )


def _leads_elsewhere(path: str, plain: set[str]) -> bool:
    """Whether a part of an absolute path is a link; those that are none are added to `plain`.

    The paths of a thread have most of their parts in common, and each is looked at once.
    """
    while path not in plain and path != os.sep:
        if os.path.islink(path):
            return True
        plain.add(path)
        path = os.path.dirname(path)
    return False


def is_generated(path: str) -> bool:
    """Whether a path in a worktree is of files that are made again when they are missing."""
    parts = PurePosixPath(path).parts
    return parts[:1] == (BUILT,) or not set(parts).isdisjoint(GENERATED)


def copy_site(source: Path, target: Path) -> None:
    """Copy a site's files, with fresh permissions, leaving out what is generated."""
    if not source.is_dir():
        raise Refused("cannot make a new site: the starter site is not installed; give a repoUrl")
    for directory, names, files in os.walk(source):
        names[:] = [name for name in names if name not in (*GENERATED, BUILT, "__pycache__")]
        place = target / Path(directory).relative_to(source)
        place.mkdir(exist_ok=True)
        for name in files:
            shutil.copyfile(Path(directory, name), place / name)


def exclude(git: Path) -> None:
    """Make git ignore what is generated and what may hold secrets, without a trace in the
    repository itself. What a commit has is not ignored, whatever it is called.

    The patterns have no slash at their end: that would not match `node_modules` as a link.
    """
    path = git / "info" / "exclude"
    path.parent.mkdir(exist_ok=True)
    text = os.fsdecode(path.read_bytes()) if path.exists() else ""
    wanted = (*GENERATED, f"/{BUILT}", UNWRITTEN, *UNDECIDED)
    missing = [name for name in wanted if name not in text.splitlines()]
    if missing:
        head = text if not text or text.endswith("\n") else text + "\n"
        write_whole(path, os.fsencode(head + "\n".join(missing) + "\n"))


def layouts(root: Path, client: str | None = None, user: str | None = None) -> Iterator[Layout]:
    """Every user's place on disk, with a project or none; one behind a symbolic link is none.

    Of one client, or one user alone, where they are named.
    """
    for home in sorted(root.glob(f"{client or '*'}/{user or '*'}/")):
        layout = Layout(root, *home.parts[-2:])
        named = ID.fullmatch(layout.client) and ID.fullmatch(layout.user)
        if named and is_its_own(layout):
            yield layout


def is_its_own(layout: Layout) -> bool:
    """Whether no symbolic link leads from a user's place to somebody else's."""
    return not _leads_elsewhere(str(layout.git), set())


def worktrees(layout: Layout) -> tuple[str, ...]:
    """The threads that have a worktree."""
    return tuple(
        sorted(
            path.name
            for path in layout.threads.glob("*/")
            if ID.fullmatch(path.name) and layout.admin(path.name).is_dir()
        )
    )


def threads(layout: Layout) -> tuple[str, ...]:
    """The threads that have a worktree or a record."""
    recorded = {
        path.name.removesuffix(".thread.json") for path in layout.histories.glob("*.thread.json")
    }
    return tuple(sorted({name for name in recorded if ID.fullmatch(name)}.union(worktrees(layout))))


def histories(layout: Layout) -> tuple[str, ...]:
    """The threads that have a journal, whatever else there is of them. Reads no file."""
    if _leads_elsewhere(str(layout.histories), set()):
        return ()
    return tuple(
        sorted(
            path.stem
            for path in layout.histories.glob("*.jsonl")
            if ID.fullmatch(path.stem) and not path.is_symlink()
        )
    )


def remove_partial(layout: Layout) -> None:
    """Remove what was being made when somebody was killed. Call it only with nobody making.

    What an abandoned clone still writes to may stay until the next call: its name is nobody
    else's, so it is in nobody's way.
    """
    for pattern in (
        f"project{PARTIAL}*",
        f"threads/{PARTIAL}*",
        f".*{PARTIAL}*",
        f".claude/threads/.*{PARTIAL}*",
        f"threads/*/..git{PARTIAL}*",
        f"project/.git/.*{PARTIAL}*",
        f"project/.git/worktrees/*/.*{PARTIAL}*",
    ):
        for path in layout.home.glob(pattern):
            with suppress(OSError, RecursionError):
                remove(path)


def retire(layout: Layout, thread: str) -> None:
    """Put the journal of a thread that is deleted where no later one of its name continues it.

    What the agent keeps beside it goes along; that it is at work there is forgotten.
    """
    place = layout.retired(thread, secrets.token_hex(4))
    _put_away(layout.history(thread), place)
    _put_away(layout.agent(thread), place.with_suffix(".agent"))
    remove(layout.busy(thread))


def retire_aside(layout: Layout, thread: str) -> None:
    """The same for the ignored files of a thread that is deleted with all that it had."""
    place = layout.retired(thread, secrets.token_hex(4)).with_suffix("")
    _put_away(layout.aside(thread), place)


def _put_away(path: Path, place: Path) -> None:
    if path.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        path.rename(place)


def remove_locks(git: Path) -> tuple[str, ...]:
    """Remove git's lock files, which a crash leaves behind; call it only with no git at work."""
    found = [*git.glob("*.lock"), *git.glob("worktrees/*/*.lock"), *git.glob("refs/**/*.lock")]
    for path in found:
        path.unlink(missing_ok=True)
    return tuple(sorted(str(path.relative_to(git)) for path in found))


def remove_torn(git: Path) -> int:
    """Remove what a killed libgit2 was still writing; call it only with no git at work.

    Half a clone may be gigabytes, and nothing else ever looks for it. Returns how many there were.
    """
    found = [
        path
        for pattern in ("*_git2_*", "pack/*_git2_*", "??/*_git2_*")
        for path in (git / "objects").glob(pattern)
    ]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def remove(path: Path) -> None:
    """Remove a file, a link or a whole directory, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
