"""A configuration as far as it could be read, and where each value of it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from supervisor.config.origin import Origin
from supervisor.config.path import Path, label
from supervisor.config.problem import Problem
from supervisor.config.secrets import Secrets
from supervisor.spec import GroupSpec, HealthSpec, Settings, Spec


@dataclass(frozen=True)
class Config:
    """What a person wrote.

    `capacity` is the buffer of each channel that has one of its own. `names` are all services;
    those in `broken` lack something that they cannot be without, and are here only to be checked
    for the rest. `files` are all that were read, `file` first. `origins` has what was said, tables
    and values; what is not there has its default.
    """

    file: str
    settings: Settings = field(default_factory=Settings)
    services: tuple[Spec, ...] = ()
    checks: tuple[HealthSpec, ...] = ()
    groups: tuple[GroupSpec, ...] = ()
    capacity: Mapping[str, int] = field(default_factory=dict[str, int])
    names: frozenset[str] = frozenset()
    broken: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    files: tuple[str, ...] = ()
    origins: Mapping[Path, Origin] = field(default_factory=dict[Path, Origin])
    secrets: Secrets = field(default_factory=Secrets)

    def problem(self, table: str, key: str, text: str) -> Problem:
        """A problem of this configuration, with the file, line and variables that it comes from.

        Values of the variables that `supervisor.secrets` names are hidden in its text.
        """
        origin = self._nearest(".".join(part for part in (table, key) if part))
        if origin is None:
            return Problem(self.file, table, key, self.secrets.hide(text))
        text = self.secrets.hide(origin.blamed(text))
        return Problem(origin.file, table, key, text, origin.line)

    def _nearest(self, where: str) -> Origin | None:
        """Of a value, or of the table that it is not in."""
        while where and where not in self._labels:
            where = where.rpartition(".")[0]
        return self._labels.get(where)

    @cached_property
    def _labels(self) -> Mapping[str, Origin | None]:
        labels: dict[str, Origin | None] = {}
        for path, origin in self.origins.items():
            # A dot in a name can make two paths look alike: then neither is the right one.
            labels[name] = None if (name := label(path)) in labels else origin
        return labels
