"""What an editor's things are called at AWS, within AWS's limits. Pure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property

from services.messages.keys import check_id

FAMILY = 255  # letters of a task definition's family
STARTED_BY = 128
LABEL = 63  # letters between two dots of a host name
GROUP = 32  # letters of a target group's name
FOLDER = 100  # letters of an access point's path

CLIENT_TAG = "nurseryd:client"
USER_TAG = "nurseryd:user"

_GROUP = re.compile(r"[a-z0-9][a-z0-9-]*-[0-9a-f]{16}-[ep]")
_PLAIN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Names:
    """Of the editor of a client's user, in the fleet of a base task definition `base`.

    No two editors of a fleet share one, whatever their ids: what could be read in two ways, is too
    long or has signs that AWS or the DNS refuses has a hash in it. Raises `Refused` for what is no
    id.
    """

    base: str
    client: str
    user: str

    def __post_init__(self) -> None:
        check_id("CLIENT", self.client)
        check_id("USER", self.user)

    @cached_property
    def _hash(self) -> str:
        # With '/', which is in no id, between them.
        whole = f"{self.base}/{self.client}/{self.user}"
        return hashlib.sha256(whole.encode()).hexdigest()[:16]

    @property
    def family(self) -> str:
        """`{base}-{client}-{user}`; with a dash in an id that could be another editor's too."""
        plain = f"{self.base}-{self.client}-{self.user}"
        if "-" not in self.client + self.user and len(plain) <= FAMILY:
            return plain
        # No id begins with a dash, so no plain family has two of them there.
        room = FAMILY - len(self._hash) - 3
        return f"{plain[:room].rstrip('-')}--{self._hash}"

    @property
    def label(self) -> str:
        """`{user}--{client}`: the first part of its host names, in which case does not matter."""
        plain = f"{self.user}--{self.client}"
        readable = _PLAIN.fullmatch(self.user) and _PLAIN.fullmatch(self.client)
        # Two dashes in the third place are reserved: xn-- begins a name in another script.
        if readable and len(plain) <= LABEL and len(self.user) != 2:
            return plain
        return f"{self._slug(40)}-{self._hash}"

    @property
    def groups(self) -> tuple[str, str]:
        """Its two target groups: the API's and the previews'."""
        stem = f"{self._slug(GROUP - 16 - 3)}-{self._hash}"
        return f"{stem}-e", f"{stem}-p"

    @property
    def folder(self) -> str:
        """Where its workspace is on the file system: `/{client}/{user}`."""
        plain = f"/{self.client}/{self.user}"
        if len(plain) <= FOLDER:
            return plain
        # No id has a dot: no plain folder is called so.
        return f"/{self.client}/{self.user[:16]}.{_digest(self.user)}"

    @property
    def token(self) -> str:
        """By which EFS knows a second request for the same access point: 64 letters at most."""
        return hashlib.sha256(self.folder.encode()).hexdigest()

    @property
    def tags(self) -> dict[str, str]:
        return {CLIENT_TAG: self.client, USER_TAG: self.user}

    def _slug(self, length: int) -> str:
        words = re.sub(r"[^a-z0-9]+", "-", f"{self.user}-{self.client}".lower())
        return words[:length].strip("-")


def started_by(base: str) -> str:
    """By which ECS finds all tasks of a fleet."""
    return base if len(base) <= STARTED_BY else f"{base[: STARTED_BY - 17]}-{_digest(base)}"


def is_group(name: str) -> bool:
    """Whether a target group is called as an editor's are."""
    return _GROUP.fullmatch(name) is not None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
