"""What a model is asked, in one form for every wire: messages, system prompt and tools."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, TypeAlias

_REMINDER = re.compile(
    r"<(system-reminder|note|selection)>.*?</\1>"
    r"|^\[Image: source: [^\]\n]*\]$",  # where Claude Code put an image that came with the words
    re.DOTALL,
)
_DIRECTORY = re.compile(r"[Ww]orking directory(?: is)?:? *`?(/[^\n`<]*)")
_BYTES_PER_TOKEN = 4


def estimate(size: int) -> int:
    """Tokens of so many bytes, roughly."""
    return max(1, size // _BYTES_PER_TOKEN)


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """A tool that the model called."""

    id: str
    name: str
    input: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of the call with this id."""

    id: str
    text: str
    ok: bool = True


@dataclass(frozen=True, slots=True)
class Other:
    """A part whose content plays no role here: an image, a thought."""

    kind: str


Part: TypeAlias = Text | Call | Result | Other


@dataclass(frozen=True, slots=True)
class Message:
    """`role` is `user` or `assistant`."""

    role: str
    parts: tuple[Part, ...]

    @property
    def words(self) -> str:
        """Its last text without what a client adds to it: reminders, and the notes of ours.

        Empty where it has none.
        """
        texts = (_REMINDER.sub("", p.text).strip() for p in self.parts if isinstance(p, Text))
        return next(reversed([text for text in texts if text]), "")


@dataclass(frozen=True, slots=True)
class Conversation:
    """One request to a model. `tools` are the names on offer; `cached` counts cache points."""

    model: str
    messages: tuple[Message, ...]
    system: str = ""
    tools: tuple[str, ...] = ()
    cached: int = 0
    max_tokens: int | None = None
    size: int = field(default=0, compare=False)

    @property
    def probe(self) -> bool:
        """Whether a client only looks if the model is there: one token is no answer."""
        return self.max_tokens == 1

    @property
    def instruction(self) -> str:
        """What the person said last."""
        return self.messages[self._turn].words if self.messages else ""

    @property
    def results(self) -> tuple[Result, ...]:
        """What the tools answered since the person said it."""
        later = self.messages[self._turn + 1 :]
        return tuple(part for m in later for part in m.parts if isinstance(part, Result))

    @property
    def rounds(self) -> int:
        """How often the model called tools since; several at once are one round."""
        later = self.messages[self._turn + 1 :]
        return sum(any(isinstance(part, Call) for part in m.parts) for m in later)

    @property
    def directory(self) -> str | None:
        """The client's working directory, where its prompts name one."""
        texts = [self.system]
        texts += [p.text for m in self.messages for p in m.parts if isinstance(p, Text)]
        found = (_DIRECTORY.search(text) for text in texts)
        return next((match[1].strip() for match in found if match), None)

    @property
    def tokens(self) -> int:
        """A rough count, from the size of the request in bytes."""
        return estimate(self.size)

    @property
    def _turn(self) -> int:
        """Where the last instruction is."""
        spoken = (i for i, m in enumerate(self.messages) if m.role == "user" and m.words)
        return max(spoken, default=0)
