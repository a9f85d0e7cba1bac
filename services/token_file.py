"""Where the API's generated token is kept, for its next life and for the previews. Blocking."""

from __future__ import annotations

import os
import secrets
import stat
import tempfile
from pathlib import Path


class CannotKeepToken(Exception):
    """The token file cannot be trusted or written; the text says what to do."""


def keep_token(file: Path | None, run: str) -> str:
    """The token in `file` if it was made in this run of the daemon, else a new one put there.

    With no file, just a new one. The file is the owner's alone, mode 0600. Raises
    `CannotKeepToken`.
    """
    token = f"{run}.{secrets.token_urlsafe(32)}"
    if file is None:
        return token
    try:
        kept = read_token(file)
        return kept if kept.startswith(f"{run}.") else _write(file, token)
    except OSError as error:
        raise CannotKeepToken(
            f"cannot keep the token in {file}: {error.strerror}; "
            "choose another service.api.options.token_file"
        ) from error


def read_token(file: Path) -> str:
    """The token in `file`, of whichever run; empty where there is no file.

    Opened so that no pipe can hold us up, and closed to everybody but its owner. Raises `OSError`,
    and `CannotKeepToken` for what is no file of this user.
    """
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return ""
    with open(descriptor, encoding="ascii", errors="replace") as text:
        found = os.fstat(descriptor)
        if found.st_uid != os.geteuid() or not stat.S_ISREG(found.st_mode):
            raise CannotKeepToken(
                f"cannot trust the token in {file}: it is no file of this user; remove it"
            )
        os.fchmod(descriptor, 0o600)
        return text.read().strip()


def _write(file: Path, token: str) -> str:
    """Replace the file in one step: whoever reads it meanwhile sees a whole token or none."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=f"{file.name}.", dir=file.parent)
    try:
        with open(descriptor, "w", encoding="ascii") as text:
            text.write(token + "\n")
        os.replace(temporary, file)
    except BaseException:
        os.unlink(temporary)
        raise
    return token
