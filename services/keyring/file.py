"""The file that keeps the operator's tokens, one a line, the current one first. Blocking."""

from __future__ import annotations

import os
import re
import secrets
import stat
import tempfile
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

MOST = 8  # tokens that are good at once
_LARGEST = 64 * 1024  # bytes
_GENERATED = re.compile(r"\w+\.[A-Za-z0-9_-]{43}")


class CannotKeepToken(Exception):
    """The token file cannot be trusted or written; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The tokens of a run; whether the current one was made for it."""

    tokens: tuple[str, ...]
    generated: bool


def keep_tokens(file: Path | None, run: str, *, generate: bool = True) -> Kept:
    """The tokens in `file` that somebody chose or that this run generated, else a new one.

    One that another run generated is taken out. With no file, just a new one. The file is the
    owner's alone, mode 0600. Raises `CannotKeepToken`, also where there is none and none may be
    generated.
    """
    try:
        found = read_tokens(file) if file is not None else ()
        kept = tuple(each for each in found if not is_generated(each) or is_of(run, each))
        if not kept and not generate:
            raise CannotKeepToken(
                f"cannot find a token in {file}: put one there with 'nurseryctl token rotate', or"
                ' say service.api.options.generate = "anywhere"'
            )
        kept = kept or (f"{run}.{secrets.token_urlsafe(32)}",)
        if file is not None and kept != found:
            write_tokens(file, kept)
    except OSError as error:
        raise CannotKeepToken(
            f"cannot keep the token in {file}: {error.strerror}; "
            "choose another service.api.options.token_file"
        ) from error
    return Kept(kept, is_of(run, kept[0]))


def is_generated(token: str) -> bool:
    """Whether the API made this up for one run, rather than somebody for longer."""
    return _GENERATED.fullmatch(token) is not None


def is_of(run: str, token: str) -> bool:
    return is_generated(token) and token.startswith(f"{run}.")


def read_tokens(file: Path) -> tuple[str, ...]:
    """The tokens in `file`, one a line, whoever made them; none where there is no file.

    Opened so that no pipe can hold us up, and closed to everybody but its owner. Raises `OSError`,
    and `CannotKeepToken` for what is no file of this user.
    """
    return _read(file, {os.geteuid()})


def read_any_tokens(file: Path) -> tuple[str, ...]:
    """The same for a person at a terminal: root reads what is any user's."""
    return _read(file, None if os.geteuid() == 0 else {os.geteuid()})


def _read(file: Path, owners: Collection[int] | None) -> tuple[str, ...]:
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return ()
    try:
        found = os.fstat(descriptor)
        stranger = owners is not None and found.st_uid not in owners
        if stranger or not stat.S_ISREG(found.st_mode):
            raise CannotKeepToken(
                f"cannot trust the token in {file}: it is no file of this user; remove it"
            )
        if found.st_mode & 0o077:
            os.fchmod(descriptor, 0o600)
        text = os.read(descriptor, _LARGEST).decode("ascii", errors="replace")
    finally:
        os.close(descriptor)
    return tokens_in(text)


def tokens_in(text: str) -> tuple[str, ...]:
    """One a line, the current one first; each once, and no more than may be good at once."""
    lines = (line.strip() for line in text.splitlines())
    return tuple(dict.fromkeys(line for line in lines if line.isascii() and line))[:MOST]


def write_tokens(file: Path, tokens: Iterable[str]) -> None:
    """Replace the file in one step: whoever reads it meanwhile sees all of it, or what was.

    It stays whose it was, or whose its folder is: root may rotate what another user's daemon
    reads. Raises `OSError`.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    before = os.stat(file if file.exists() else file.parent)
    descriptor, temporary = tempfile.mkstemp(prefix=f"{file.name}.", dir=file.parent)
    try:
        with open(descriptor, "w", encoding="ascii") as text:
            if os.geteuid() == 0:
                os.fchown(descriptor, before.st_uid, before.st_gid)
            text.writelines(f"{token}\n" for token in tokens)
            text.flush()
            os.fsync(descriptor)  # whoever was told a new token must find it after a power cut
        os.replace(temporary, file)
    except BaseException:
        os.unlink(temporary)
        raise


def rotate(file: Path) -> str:
    """Put a new token on top of those in `file`, which stay good; what it is.

    Raises `OSError`, and `CannotKeepToken` where as many as may be are there already.
    """
    found = read_any_tokens(file)
    if len(found) >= MOST:
        raise CannotKeepToken(
            f"cannot put another token into {file}: {MOST} are there; retire the old ones first,"
            " with 'nurseryctl token retire'"
        )
    token = secrets.token_hex(32)  # urlsafe ones may begin like an option of a command
    write_tokens(file, (token, *found))
    return token


def retire(file: Path) -> int:
    """Leave the first token in `file` alone; how many are not good any more.

    Raises `OSError`, and `CannotKeepToken` where there is none to leave.
    """
    found = read_any_tokens(file)
    if not found:
        raise CannotKeepToken(f"cannot retire the old tokens in {file}: there is none to stay")
    if found[1:]:
        write_tokens(file, found[:1])
    return len(found) - 1
