"""What is asked of a forge, and what every one of their APIs can do."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, Protocol

from msgspec import Meta

from services.messages import PullRequest
from services.workspaces.forges import Hosted
from supervisor.desk import Refused

# It is shown as a link, so it is nothing that a browser would run.
Link = Annotated[str, Meta(pattern=r"^https?://[^\s]+$", max_length=2000)]


@dataclass(frozen=True, slots=True)
class Proposal:
    """`branch` of a repository, to be merged into `into`."""

    place: Hosted
    into: str
    branch: str
    title: str
    body: str = ""
    draft: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One request: `path` comes after the API's address, and is quoted already."""

    method: Literal["GET", "POST"]
    path: str
    query: Mapping[str, str] | None = None
    body: Mapping[str, object] | None = None


class Api(Protocol):
    """What a forge's API takes and gives. Reading raises one of `NONSENSE`."""

    def headers(self, user: str, secret: str) -> dict[str, str]:
        """Those that show who asks, and which answer is wanted."""
        ...

    def look(self, wanted: Proposal) -> Call:
        """For those that are open already."""
        ...

    def found(self, wanted: Proposal, answer: bytes) -> PullRequest | None: ...

    def ask(self, wanted: Proposal) -> Call: ...

    def made(self, answer: bytes) -> PullRequest: ...


def basic(user: str, secret: str) -> str:
    return base64.b64encode(f"{user}:{secret}".encode()).decode()


def bearer(secret: str) -> dict[str, str]:
    """Raises `Refused`, and does not repeat the secret as `http.client` would."""
    if not secret or not secret.isascii() or not secret.isprintable() or " " in secret:
        raise Refused("the token is empty, or holds a space or a line's end; set it anew")
    return {"Authorization": f"Bearer {secret}"}
