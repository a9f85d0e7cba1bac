"""What a variable may say in place of a secret: where it is in AWS Secrets Manager."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass

from supervisor.desk import Refused

PREFIX = "secretsmanager:"


@dataclass(frozen=True, slots=True)
class Reference:
    """A secret by its name or ARN, as it now is, or the text `key` of one that is a JSON object."""

    name: str
    key: str | None = None

    @classmethod
    def of(cls, value: str) -> Reference | None:
        """What `secretsmanager:NAME_OR_ARN#KEY` means, KEY left out or not; None for a secret.

        A secret's name has no '#'.
        """
        if not value.startswith(PREFIX):
            return None
        name, _, key = value.removeprefix(PREFIX).partition("#")
        return cls(name, key or None)

    def read(self, read: Callable[[str], str]) -> str:
        """Its text, without the white space around it; `read` has the secret by its name.

        Raises `Refused`, and what `read` raises.
        """
        return self.text_in(read(self.name))

    def text_in(self, secret: str) -> str:
        """Its part of the whole secret. Raises `Refused`."""
        if self.key is None:
            return secret.strip()
        try:
            found = json.loads(secret)[self.key]
        except (ValueError, KeyError, TypeError):
            found = None
        if not isinstance(found, str):
            # Without the cause: a JSON error holds the whole text.
            raise Refused(
                f"cannot use the secret {self.name}: it is no JSON object with a text {self.key!r}"
            )
        return found.strip()

    def __str__(self) -> str:
        key = "" if self.key is None else f" (key {self.key})"
        return f"the secret {self.name}{key}"


class Remembered:
    """The texts of secrets, each remembered until it is forgotten. For any worker thread.

    `read` waits for the network and raises `Refused`; `tell` is told every text, so as to keep it
    out of the log.
    """

    def __init__(
        self, read: Callable[[str], str], tell: Callable[[str], None] = lambda _: None
    ) -> None:
        self._read = read
        self._tell = tell
        self._texts: dict[str, str] = {}
        self._lock = threading.Lock()

    def text(self, reference: Reference) -> str:
        """Without the white space around it. Raises `Refused`."""
        with self._lock:
            whole = self._texts.get(reference.name)
        if whole is None:
            whole = self._read(reference.name)
            with self._lock:
                self._texts[reference.name] = whole
        text = reference.text_in(whole)
        self._tell(text)
        return text

    def forget(self, reference: Reference) -> None:
        """Read it anew when it is wanted again: it may have been rotated."""
        with self._lock:
            self._texts.pop(reference.name, None)
