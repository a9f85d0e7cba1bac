"""The tables of a script's TOML file, key by key. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from services.standin.script import Drop, Fail, Pause, Say, Step, Think, Use

Seconds = Annotated[float, Meta(ge=0)]
Count = Annotated[int, Meta(ge=0)]


class SayTable(Struct):
    say: str
    pause: Seconds = 0.0


class ThinkTable(Struct):
    think: str
    pause: Seconds = 0.0


class UseTable(Struct):
    use: str
    input: dict[str, Any] = {}
    pause: Seconds = 0.0


class PauseTable(Struct):
    pause: Seconds


class DropTable(Struct):
    drop: Literal[True]


class FailTable(Struct):
    fail: int
    message: str = ""
    retry_after: Seconds | None = None
    kind: str = ""
    in_stream: bool = False


class UsageTable(Struct):
    input: Count | None = None
    output: Count | None = None
    cache_read: Count = 0
    cache_write: Count = 0


class ReplyTable(Struct):
    steps: list[dict[str, Any]]
    stop: str = ""
    usage: dict[str, Any] = {}
    cut: Count | None = None
    before: list[dict[str, Any]] = []


class RuleTable(Struct):
    when: str
    reply: list[dict[str, Any]]
    repeat: bool = False
    tool: str = ""
    model: str = ""


class FileTable(Struct):
    rule: list[dict[str, Any]] = []
    otherwise: list[dict[str, Any]] = []


# The first of its verbs says what a step is: `pause` is a verb only where there is no other.
STEPS: dict[str, tuple[type[Struct], Callable[[Any], Step]]] = {
    "say": (SayTable, lambda it: Say(it.say, it.pause)),
    "think": (ThinkTable, lambda it: Think(it.think, it.pause)),
    "use": (UseTable, lambda it: Use(it.use, it.input, it.pause)),
    "drop": (DropTable, lambda _: Drop()),
    "fail": (
        FailTable,
        lambda it: Fail(it.fail, it.message, it.retry_after, it.kind, it.in_stream),
    ),
    "pause": (PauseTable, lambda it: Pause(it.pause)),
}
