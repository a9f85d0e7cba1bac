"""What a token is good for: everything, or what belongs to a client, a user, or a thread. Pure."""

from __future__ import annotations

from msgspec import Struct

from services.messages.keys import ThreadKey, check_id
from supervisor.desk import Refused


class Scope(Struct, frozen=True, order=True):
    """What somebody may look at and change; without a `client` everything, the operator's.

    With a `user` it is what belongs to that user alone, with a `thread` that thread alone.
    Raises `Refused` for what is no id, and for one that lacks those above it.
    """

    client: str | None = None
    user: str | None = None
    thread: str | None = None

    def __post_init__(self) -> None:
        given = (self.client, self.user, self.thread)
        for what, value in zip(("clientId", "userId", "threadId"), given, strict=True):
            if value is not None:
                check_id(what, value)
        if None in given[: sum(value is not None for value in given)]:
            raise Refused(
                "cannot use this scope: it names a user without its client, or a thread"
                " without its user"
            )

    @classmethod
    def of(cls, key: ThreadKey) -> Scope:
        """One thread's."""
        return cls(key.client, key.user, key.thread)

    @classmethod
    def parse(cls, text: str) -> Scope:
        """The scope that `str` writes: `operator`, `client:a`, `user:a/b`, `thread:a/b/c`.

        Raises `Refused`.
        """
        level, _, ids = text.partition(":")
        parts = ids.split("/") if ids else []
        if level not in _LEVELS or _LEVELS.index(level) != len(parts):
            raise Refused(
                "cannot use this scope: it is operator, client:CLIENT, user:CLIENT/USER"
                " or thread:CLIENT/USER/THREAD"
            )
        return cls(*parts)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids that it names, the client's first."""
        return tuple(id_ for id_ in (self.client, self.user, self.thread) if id_ is not None)

    def __str__(self) -> str:
        level = _LEVELS[len(self.ids)]
        return f"{level}:{'/'.join(self.ids)}" if self.ids else level

    def covers(self, other: Scope) -> bool:
        """Whether all that `other` reaches is within this one."""
        return other.ids[: len(self.ids)] == self.ids


_LEVELS = ("operator", "client", "user", "thread")
EVERYTHING = Scope()
