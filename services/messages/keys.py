"""Who a thing belongs to: a client, a user, and one of the user's threads."""

from __future__ import annotations

import hashlib
import re

from msgspec import Struct

from supervisor.desk import Refused

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
# What `preview_id` and `built_id` make, which is a label of the DNS: 63 signs at most.
PREVIEW_ID = re.compile(r"([a-z0-9][a-z0-9-]{0,39}-[0-9a-f]{16})(-built)?")


def check_id(what: str, value: str) -> None:
    """Raises `Refused` for what is no id; the ids end up in paths."""
    if not ID.fullmatch(value):
        raise Refused(
            f"cannot use this {what}: it is 1 to 64 letters, digits, '-' or '_',"
            " the first of them a letter or a digit"
        )


class ThreadKey(Struct, frozen=True, order=True):
    """Which conversation: a client, one of its users, one of that user's threads.

    The three end up in paths, branch names and host names, so nothing but `ID` passes.
    Raises `Refused` for anything else.
    """

    client: str
    user: str
    thread: str

    def __post_init__(self) -> None:
        check_id("clientId", self.client)
        check_id("userId", self.user)
        check_id("threadId", self.thread)

    def __str__(self) -> str:
        return f"{self.client}/{self.user}/{self.thread}"

    @property
    def branch(self) -> str:
        return f"thread-{self.thread}"

    @property
    def preview_id(self) -> str:
        """A host-name label of its own: readable, and unique for the whole key.

        It has as much of the hash as there is room for: whoever may choose ids must not come upon
        the id of somebody else's preview by trying.
        """
        digest = hashlib.sha256(str(self).encode()).hexdigest()[:16]
        slug = re.sub(r"[^a-z0-9]+", "-", self.thread.lower()).strip("-")[:40]
        return f"{slug}-{digest}"

    @property
    def built_id(self) -> str:
        """The same for the output of a production build; no thread's preview can be called so."""
        return f"{self.preview_id}-built"
