"""The brain: what a stand-in answers to which conversation. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from services.standin.conversation import Conversation

_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Say:
    """Text, word by word, with `pause` seconds before each."""

    text: str
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class Think:
    """The same as a thought."""

    text: str
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class Use:
    """Call a tool. Its input goes out in pieces, with `pause` seconds before each."""

    tool: str
    input: Mapping[str, Any] = field(default_factory=dict[str, Any])
    pause: float = 0.0

    def __post_init__(self) -> None:
        try:
            json.dumps(dict(self.input), allow_nan=False)
        except (TypeError, ValueError) as error:
            raise ValueError(f"the input has no JSON: {error}") from None


@dataclass(frozen=True, slots=True)
class Pause:
    """Be silent; for ever, until the client hangs up, without a number of seconds."""

    seconds: float = float("inf")


@dataclass(frozen=True, slots=True)
class Drop:
    """Cut the connection here, in the middle of whatever the step before it said."""


@dataclass(frozen=True, slots=True)
class Fail:
    """An error: with this status where nothing was said before, else as an event of the stream.

    `status` is Anthropic's; a Bedrock wire says the one that AWS has for it. `kind` replaces the
    error's name on the wire, as `ExpiredTokenException`. `retry_after` is in seconds. `in_stream`
    begins a stream only to say it there.
    """

    status: int
    message: str = ""
    retry_after: float | None = None
    kind: str = ""
    in_stream: bool = False

    def __post_init__(self) -> None:
        if not 400 <= self.status < 600:
            raise ValueError(f"{self.status} is no status of an error: 400 to 599 are")


Step: TypeAlias = Say | Think | Use | Pause | Drop | Fail


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens. None is estimated: the input from the request, the output from what is said."""

    input: int | None = None
    output: int | None = None
    cache_read: int = 0
    cache_write: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of the model.

    `stop` is the reason to stop; without it, whether tools were called. `cut` is after how many
    events of the stream the connection is cut. `before` are the answers to the first attempts: a
    client that asks the same again gets the next one, and at last the reply itself.
    """

    steps: Sequence[Step]
    stop: str = ""
    usage: Usage = Usage()
    cut: int | None = None
    before: Sequence[Reply] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", tuple(self.steps))
        object.__setattr__(self, "before", tuple(self.before))

    @property
    def calls(self) -> bool:
        return any(isinstance(step, Use) for step in self.steps)


@dataclass(frozen=True, slots=True)
class Rule:
    """`replies` to an instruction in which the regular expression `when` is found.

    The n-th reply is given when tools were called n times since the instruction; after the last
    one the model is done, or begins again with `repeat`. `tool` is one that the request must
    offer, and `model` a regular expression for its model.

    Raises `ValueError` for what is no regular expression.
    """

    when: str
    replies: Sequence[Reply]
    repeat: bool = False
    tool: str = ""
    model: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "replies", tuple(self.replies))
        for pattern in (self.when, self.model):
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is no regular expression: {error}") from None

    def fits(self, conversation: Conversation) -> re.Match[str] | None:
        if self.tool and self.tool not in conversation.tools:
            return None
        if self.model and not re.search(self.model, conversation.model):
            return None
        return re.search(self.when, conversation.instruction, re.IGNORECASE | re.DOTALL)


DONE = Reply([Say("Done.")])
_HERE = Reply([Say("Yes")], stop="max_tokens")


def on(when: str, *replies: Reply | Sequence[Step]) -> Rule:
    """A rule from replies or just their steps."""
    return Rule(when, [it if isinstance(it, Reply) else Reply(it) for it in replies])


@dataclass(frozen=True, slots=True)
class Script:
    """The first rule that fits answers, else `otherwise`."""

    rules: Sequence[Rule] = ()
    otherwise: Sequence[Reply] = (DONE,)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rules", tuple(self.rules))
        object.__setattr__(self, "otherwise", tuple(self.otherwise))

    def reply(
        self, conversation: Conversation, attempt: int = 0, directory: str | None = None
    ) -> Reply:
        """The answer to a conversation that was asked `attempt` times before.

        In its texts and inputs `{cwd}` is the client's working directory (`directory`, else what
        its prompt says, else `.`), `{instruction}` and `{model}` are those of the request, and
        `{name}` is a group of that name in `when`. Other braces stay as they are. A probe is
        answered without the rules.
        """
        if conversation.probe:
            return _HERE
        cwd = directory or conversation.directory or "."
        values = {"cwd": cwd, "instruction": conversation.instruction, "model": conversation.model}
        replies, repeat = self.otherwise, False
        for rule in self.rules:
            if found := rule.fits(conversation):
                replies, repeat = rule.replies, rule.repeat
                values |= {k: v for k, v in found.groupdict().items() if v is not None}
                break
        n = conversation.rounds
        if repeat and replies:
            n %= len(replies)
        chosen = replies[n] if n < len(replies) else DONE
        if attempt < len(chosen.before):
            chosen = chosen.before[attempt]
        return replace(chosen, steps=[_filled(step, values) for step in chosen.steps])


def _filled(step: Step, values: Mapping[str, str]) -> Step:
    match step:
        case Say() | Think():
            return replace(step, text=_fill(step.text, values))
        case Use():
            return replace(step, input=_fill(dict(step.input), values))
        case _:
            return step


def _fill(it: Any, values: Mapping[str, str]) -> Any:
    match it:
        case str():
            return _PLACE.sub(lambda m: values.get(m[1], m[0]), it)
        case list():
            return [_fill(item, values) for item in it]  # pyright: ignore[reportUnknownVariableType]
        case dict():
            return {k: _fill(v, values) for k, v in it.items()}  # pyright: ignore[reportUnknownVariableType]
        case _:
            return it
