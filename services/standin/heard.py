"""What reached a stand-in, and what it answered."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from services.standin.conversation import Conversation


class Ending(StrEnum):
    """What became of an answer."""

    UNDER_WAY = "under way"
    WHOLE = "whole"  # all of it was sent
    CUT = "cut"  # by the script
    HUNG_UP = "hung up"  # by the client
    KILLED = "killed"  # with the stand-in


@dataclass(slots=True, eq=False)
class Heard:
    """One request, and how far its answer is.

    `headers` have names in lower case. `conversation` is None where no model was asked; `attempt`
    is how often the same was asked before in vain. `status` is 0 until something is answered, and
    `events` counts those of a stream.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    conversation: Conversation | None = None
    number: int = 0
    attempt: int = 0
    status: int = 0
    events: int = 0
    end: Ending = Ending.UNDER_WAY

    @property
    def done(self) -> bool:
        return self.end is not Ending.UNDER_WAY

    @property
    def hung_up(self) -> bool:
        return self.end is Ending.HUNG_UP

    @property
    def ended(self) -> bool:
        return self.end is Ending.WHOLE

    def get(self, name: str) -> str:
        """A header's value, the first where there are several; empty where there is none."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def text(self) -> str:
        """Its body, to search in."""
        return self.body.decode("utf-8", "replace")
