"""The plain files of a workspace: its metadata, the starter site, and what a crash left behind."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from services.messages import ID
from services.workspaces.layout import PARTIAL, Layout
from supervisor.desk import Refused

GENERATED = ("node_modules", ".astro", "dist")


class Metadata(msgspec.Struct, frozen=True, rename="camel"):
    """What is remembered of a workspace; times are ISO 8601 in UTC."""

    created: str
    repo_url: str | None
    last_accessed: str


def read_metadata(path: Path) -> Metadata | None:
    """What the file says; None where it is missing or no metadata."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Metadata)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def touch_metadata(path: Path, repo_url: str | None) -> None:
    """Note an access, keeping the moment of creation; a reader sees the old file or the new."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    known = read_metadata(path)
    created = known.created if known else now
    text = msgspec.json.encode(Metadata(created, repo_url, now))
    write_whole(path, msgspec.json.format(text) + b"\n")


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file by one with this content, in one step."""
    draft = path.with_name(f".{path.name}{PARTIAL}{secrets.token_hex(4)}")
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def refuse_links(layout: Layout, thread: str) -> None:
    """Raises `Refused` where a symbolic link would lead a path of the thread elsewhere."""
    for path in layout.paths(thread):
        if path.resolve() != path:
            raise Refused(
                f"cannot use {path.relative_to(layout.root)}: a symbolic link leads elsewhere;"
                " remove the link"
            )


def copy_site(source: Path, target: Path) -> None:
    """Copy a site's files, with fresh permissions, leaving out what is generated."""
    if not source.is_dir():
        raise Refused("cannot make a new site: the starter site is not installed; give a repoUrl")
    for directory, names, files in os.walk(source):
        names[:] = [name for name in names if name not in (*GENERATED, "__pycache__")]
        place = target / Path(directory).relative_to(source)
        place.mkdir(exist_ok=True)
        for name in files:
            shutil.copyfile(Path(directory, name), place / name)


def exclude_generated(git: Path) -> None:
    """Make git ignore generated files, without a trace in the repository itself.

    The names have no slash at their end: that would not match `node_modules` as a link.
    """
    path = git / "info" / "exclude"
    path.parent.mkdir(exist_ok=True)
    text = path.read_text() if path.exists() else ""
    missing = [name for name in GENERATED if name not in text.splitlines()]
    if missing:
        head = text if not text or text.endswith("\n") else text + "\n"
        write_whole(path, (head + "\n".join(missing) + "\n").encode())


def layouts(root: Path) -> Iterator[Layout]:
    """Every user's workspace on disk; one behind a symbolic link is none."""
    for project in sorted(root.glob("*/*/project/.git")):
        client, user = project.parts[-4:-2]
        if ID.fullmatch(client) and ID.fullmatch(user) and project.resolve() == project:
            yield Layout(root, client, user)


def threads(layout: Layout) -> tuple[str, ...]:
    """The threads that have a worktree."""
    return tuple(
        sorted(
            path.name
            for path in layout.threads.glob("*/")
            if ID.fullmatch(path.name) and layout.admin(path.name).is_dir()
        )
    )


def remove_partial(layout: Layout) -> None:
    """Remove what was being built when somebody was killed. Call it only with nobody building.

    What an abandoned clone still writes to may stay until the next call: its name is nobody
    else's, so it is in nobody's way.
    """
    for pattern in (f"project{PARTIAL}*", f".metadata.json{PARTIAL}*", f"threads/{PARTIAL}*"):
        for path in layout.home.glob(pattern):
            with suppress(OSError):
                remove(path)


def remove_locks(git: Path) -> tuple[str, ...]:
    """Remove git's lock files, which a crash leaves behind; call it only with no git at work."""
    found = [*git.glob("*.lock"), *git.glob("worktrees/*/*.lock"), *git.glob("refs/**/*.lock")]
    for path in found:
        path.unlink(missing_ok=True)
    return tuple(sorted(str(path.relative_to(git)) for path in found))


def remove(path: Path) -> None:
    """Remove a file, a link or a whole directory, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
