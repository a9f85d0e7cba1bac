"""What may be given from outside: names of branches, paths, titles and messages."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

from services.messages import ID
from services.workspaces.git.repository import is_reference, local
from supervisor.desk import Invalid

MOST_MESSAGE = 64 * 1024  # bytes; forges cut or refuse longer ones
MOST_TITLE = 200  # characters
MOST_BODY = 65_536  # characters, as at GitHub
MOST_BRANCH = 200  # bytes; it is a file's name in git, with ".lock" behind it
MOST_PATH = 4096  # bytes, as on Linux
MOST_NAME = 255  # bytes of a part of a path, as on Linux


def checked_branch(name: str) -> str:
    """A branch's name as git takes it; raises `Invalid`."""
    if (
        len(_encoded(name, "branch")) > MOST_BRANCH
        or not is_reference(local(name))
        or name.startswith(("-", "refs/"))
        or name in ("@", "HEAD")
    ):
        raise Invalid(
            "cannot use this name of a branch: use letters, digits, '-', '_' and '/', for"
            f" example new-header, and {MOST_BRANCH} bytes at most"
        )
    return name


def checked_path(path: str) -> str:
    """A path inside a worktree, relative to it; raises `Invalid` for any other."""
    parts = PurePosixPath(path).parts
    if (
        not path
        or "\0" in path
        or len(_encoded(path, "path")) > MOST_PATH
        or path.startswith("/")
        or ".." in parts
        or any(part.lower() == ".git" for part in parts)
    ):
        raise Invalid(
            "cannot use this path: it is relative to the site's folder, and neither '..' nor"
            " '.git' is a part of it"
        )
    return str(PurePosixPath(path))


def checked_file(path: str) -> str:
    """A file's path in a worktree, as only one text can name it; raises `Invalid` for any other."""
    if (
        checked_path(path) != path
        or path == "."
        or any(unicodedata.category(char) == "Cc" or char == "\ufffd" for char in path)
        or any(len(part.encode()) > MOST_NAME for part in path.split("/"))
    ):
        raise Invalid(
            "cannot use this path: it is names of 1 to 255 bytes of UTF-8 with '/' between them,"
            " no '.' nor '..' among them, and without control characters"
        )
    return path


def checked_message(message: str) -> str:
    """A commit's message without the space around it; raises `Invalid`."""
    text = message.strip()
    if not text:
        raise Invalid("cannot commit without a message: say what was changed")
    if "\0" in text:
        raise Invalid("cannot commit this message: git ends one at a NUL character; leave it out")
    if (size := len(_encoded(text, "message"))) > MOST_MESSAGE:
        raise Invalid(
            f"cannot commit a message of {size} bytes: {MOST_MESSAGE} at most; put the rest in a"
            " file"
        )
    return text


def checked_title(title: str) -> str:
    """A thread's title without the space around it; raises `Invalid`."""
    text = title.strip()
    _encoded(text, "title")
    if not text or len(text) > MOST_TITLE or any(_ends_a_line(char) for char in text):
        raise Invalid(f"cannot use this title: it is one line of 1 to {MOST_TITLE} characters")
    return text


def checked_body(body: str) -> str:
    """The text below a title, which may be empty; raises `Invalid`."""
    _encoded(body, "text")
    if "\0" in body or len(body) > MOST_BODY:
        raise Invalid(f"cannot use this text: {MOST_BODY} characters at most, and no NUL")
    return body


def checked_turn(turn: str) -> str:
    """A turn's id, which becomes a line of a commit's message; raises `Invalid`."""
    if not ID.fullmatch(turn):
        raise Invalid(
            "cannot use this id of a turn: it is 1 to 64 letters, digits, '-' or '_', the first"
            " of them a letter or a digit"
        )
    return turn


def _ends_a_line(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Zl", "Zp")


def _encoded(text: str, what: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise Invalid(f"cannot use this {what}: it holds half a character") from None
