"""Which tokens of the operator are good at the time."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import structlog

from services.aws import Reference
from services.keyring.file import CannotKeepToken, read_tokens

log = structlog.get_logger()

LOOK_AGAIN = 1.0  # seconds


class Keyring:
    """All that are good: the one `given`, or those in `file` as it is at the time.

    Where `given` refers to a secret there are none but those that it is told to `take`; `refused`
    is called where a token was shown that is none of them. `hide` is told each, so as to keep it
    out of the log.
    """

    def __init__(
        self,
        given: str = "",
        file: Path | None = None,
        *,
        hide: Callable[[str], None] = lambda _: None,
    ) -> None:
        known = given and Reference.of(given) is None
        self.refused: Callable[[], None] = _nothing
        self._hide = hide
        self.take((given,) if known else ())
        self._file = file if not given else None
        self._seen: tuple[int, ...] | None = None
        self._trouble = ""
        self._next_look = 0.0

    @property
    def all(self) -> tuple[str, ...]:
        """As they were last seen, the current one first; empty where there are none."""
        return self._tokens

    @property
    def current(self) -> str:
        """The one to sign with, as it was last seen; empty where there is none."""
        return self._tokens[0] if self._tokens else ""

    def at(self, now: float) -> tuple[str, ...]:
        """All of them, looked at again where that is `LOOK_AGAIN` ago; `now` is in seconds."""
        if self._file is not None and self._next_look <= now:
            self.look(now)
        return self._tokens

    def take(self, tokens: tuple[str, ...]) -> None:
        """From now on these are good and no others."""
        self._tokens = tokens
        for token in tokens:
            self._hide(token)

    def look(self, now: float) -> bool:
        """Look at once, since a token was refused; whether there are others than before.

        The file is replaced in one step. One that is gone or cannot be trusted holds none. One that
        could not be read is read at each look, since what kept it from that may end and leave the
        file as it is; the log is told once why.
        """
        self._next_look = now + LOOK_AGAIN
        self.refused()
        if self._file is None or (seen := _identity(self._file)) == self._seen:
            return False
        before = self._tokens
        try:
            found, trouble = read_tokens(self._file), ""
        except (CannotKeepToken, OSError) as error:
            found, trouble, seen = (), str(error), None
            if trouble != self._trouble:
                log.warning("token not read", reason=trouble)
        self.take(found)
        self._seen, self._trouble = seen, trouble
        if before and not self._tokens:
            log.warning("no token is good any more", file=str(self._file))
        return self._tokens != before


def _identity(file: Path) -> tuple[int, ...] | None:
    try:
        found = os.stat(file, follow_symlinks=False)
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _nothing() -> None:
    return
