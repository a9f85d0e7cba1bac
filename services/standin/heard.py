"""What reached a stand-in, and what it answered."""

from __future__ import annotations

from dataclasses import dataclass

from services.standin.conversation import Conversation


@dataclass(slots=True, eq=False)
class Heard:
    """One request, and how far its answer is.

    `headers` have names in lower case. `conversation` is None where no model was asked; `attempt`
    is how often the same was asked before in vain. `status` is 0 until something is answered, and
    `events` counts those of a stream. In the end either the whole answer was sent (`ended`), or
    the client hung up before (`hung_up`), the script cut the connection (`cut`), or the stand-in
    was killed (none of them).
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    conversation: Conversation | None = None
    attempt: int = 0
    status: int = 0
    events: int = 0
    ended: bool = False
    hung_up: bool = False
    cut: bool = False

    def get(self, name: str) -> str:
        """A header's value, the first where there are several; empty where there is none."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def text(self) -> str:
        """Its body, to search in."""
        return self.body.decode("utf-8", "replace")
