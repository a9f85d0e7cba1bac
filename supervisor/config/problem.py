"""What is wrong with a configuration, and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from supervisor.config.words import shortened, visible
from supervisor.model import ExitCode

BAD_CONFIGURATION = ExitCode(2)  # as shells have it for misuse


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to mend. `key` is empty where it is the whole table.

    `file` is a path, or the override that said it: a variable's name, or `--set …`. `line` is
    known for most of what a file says; two problems that differ in nothing else are one.
    """

    file: str
    table: str
    key: str
    text: str
    line: int | None = field(default=None, compare=False)

    @property
    def place(self) -> str:
        """The part that an editor jumps to, and the key."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return visible(": ".join(filter(None, (place, self.where))))

    @property
    def told(self) -> str:
        """The text as a line that can be printed."""
        return visible(shortened(self.text))

    @property
    def where(self) -> str:
        return ".".join(filter(None, (self.table, self.key)))

    def __str__(self) -> str:
        return f"{self.place}: {self.told}"


class ConfigError(Exception):
    """Nothing can be started from this; `problems` says all that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))
