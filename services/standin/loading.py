"""A script from a TOML file. Pure but for the reading.

    [[rule]]
    when = 'headline (?:to|into) (?P<words>.+)'
      [[rule.reply]]
      steps = [
        { say = "I look at the page first.", pause = 0.05 },
        { use = "Read", input = { file_path = "{cwd}/src/pages/index.astro" } },
      ]
      [[rule.reply]]
      steps = [{ use = "Edit", input = { file_path = "…", old_string = "…", new_string = "…" } }]
      [[rule.reply]]
      steps = [{ say = "The headline says “{words}”." }]
      usage = { input = 1200, output = 80, cache_read = 900 }

    [[otherwise]]
    steps = [{ say = "I am a stand-in, and know no answer to “{instruction}”." }]

A rule may have `repeat`, `tool` and `model`; a reply `stop`, `usage`, `cut` and `before`; what they
mean is said at `Rule` and `Reply`. A step is one of `say`, `think` and `use` (each with an optional
`pause`), `pause` (seconds, `inf` for ever), `drop = true`, and `fail` (a status, with optional
`message`, `retry_after`, `kind` and `in_stream`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec
from msgspec import Struct, ValidationError

from services.standin.script import Reply, Rule, Script, Step, Usage
from services.standin.tables import STEPS, FileTable, ReplyTable, RuleTable, UsageTable

T = TypeVar("T")


class BadScript(Exception):
    """A script cannot be used; the text has a line for each reason, with file, rule and key."""


def load(file: Path) -> Script:
    """Raises `BadScript`, with everything that is wrong at once."""
    try:
        text = file.read_text("utf-8")
    except OSError as error:
        raise BadScript(f"cannot read {file}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise BadScript(f"cannot read {file}: it is no UTF-8: {error}") from None
    return parse(text, str(file))


def parse(text: str, name: str) -> Script:
    """The same from the text of a file that is called `name`."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadScript(f"{name}: it is no TOML: {error}") from None
    reader = _Reader()
    script = reader.script(found)
    if reader.problems:
        raise BadScript("\n".join(f"{name}: {problem}" for problem in reader.problems))
    return script


class _Reader:
    """What it cannot read is a problem, and left out of what it returns."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def script(self, found: dict[str, Any]) -> Script:
        file = self._checked("", found, FileTable) or FileTable()
        rules = [self._rule(f"rule {i}", it) for i, it in enumerate(file.rule, 1)]
        script = Script([rule for rule in rules if rule is not None])
        if not file.otherwise:
            return script
        return Script(script.rules, list(self._replies("otherwise", file.otherwise)))

    def _rule(self, at: str, found: dict[str, Any]) -> Rule | None:
        if isinstance(when := found.get("when"), str):
            at = f"{at} ({when!r})"
        rule = self._checked(at, found, RuleTable)
        if rule is None:
            return None
        replies = list(self._replies(f"{at}, reply", rule.reply))
        return self._made(at, lambda: Rule(rule.when, replies, rule.repeat, rule.tool, rule.model))

    def _replies(self, at: str, found: list[dict[str, Any]]) -> Iterator[Reply]:
        for i, it in enumerate(found, 1):
            if (reply := self._reply(f"{at} {i}", it)) is not None:
                yield reply

    def _reply(self, at: str, found: dict[str, Any]) -> Reply | None:
        reply = self._checked(at, found, ReplyTable)
        if reply is None:
            return None
        usage = self._checked(f"{at}, usage", reply.usage, UsageTable) or UsageTable()
        return Reply(
            [
                step
                for i, it in enumerate(reply.steps, 1)
                if (step := self._step(f"{at}, step {i}", it)) is not None
            ],
            reply.stop,
            Usage(usage.input, usage.output, usage.cache_read, usage.cache_write),
            reply.cut,
            list(self._replies(f"{at}, before", reply.before)),
        )

    def _step(self, at: str, found: dict[str, Any]) -> Step | None:
        verb = next((verb for verb in STEPS if verb in found), None)
        if verb is None:
            self.problems.append(f"{at}: it has none of {', '.join(STEPS)}")
            return None
        shape, make = STEPS[verb]
        step = self._checked(f"{at} ({verb})", found, shape)
        return None if step is None else self._made(f"{at} ({verb})", lambda: make(step))

    def _checked(self, at: str, found: dict[str, Any], shape: type[T]) -> T | None:
        known = [field.name for field in msgspec.structs.fields(cast("type[Struct]", shape))]
        for key in found.keys() - set(known):
            near = get_close_matches(key, known, 1)
            meant = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
            self.problems.append(_located(at, f"there is no key {key!r}; {meant}"))
        dropped: set[str] = set()
        while True:
            try:
                return msgspec.convert(found, shape)
            except ValidationError as error:
                key, problem = _split(str(error))
                missing = next((name for name in dropped if f"`{name}`" in problem), None)
                if missing is None:
                    self.problems.append(_located(at, f"{key}: {problem}" if key else problem))
                # Without that key it may do, so that what else is wrong is told too.
                top = re.split(r"[.\[]", key)[0]
                if top not in found:
                    return None
                found = {name: value for name, value in found.items() if name != top}
                dropped.add(top)

    def _made(self, at: str, make: Callable[[], T]) -> T | None:
        try:
            return make()
        except ValueError as error:
            self.problems.append(_located(at, str(error)))
            return None


def _located(at: str, problem: str) -> str:
    return f"{at}: {problem}" if at else problem


def _split(error: str) -> tuple[str, str]:
    """The key, empty where there is none, and what msgspec says of it."""
    said, _, path = error.rpartition(" - at `$.")
    said, path = (said, path.rstrip("`")) if said else (error, "")
    return path, said[:1].lower() + said[1:]
