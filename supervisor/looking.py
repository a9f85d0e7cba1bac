"""A last look at the machine before anything starts: what only here can be known to fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from supervisor.config import Config, Problem
from supervisor.kinds import KINDS
from supervisor.kinds.life import Unfit
from supervisor.kinds.task import TaskBody
from supervisor.obstacles import Obstacle


@dataclass(frozen=True, slots=True)
class Seen:
    """`obstacles` keep a service from running here; `doubts` a person may want to look at."""

    obstacles: tuple[Problem, ...] = ()
    doubts: tuple[Problem, ...] = ()


def look(config: Config, environment: Mapping[str, str]) -> Seen:
    """Ask every service that can be asked, whatever is wrong with the others."""
    obstacles: list[Problem] = []
    doubts = list(_retired(config, environment))
    for spec in config.services:
        if spec.name in config.broken:
            continue
        try:
            body = KINDS[spec.kind](spec)
        except Unfit:
            continue  # the plan says why
        if isinstance(body, TaskBody):
            for seen in body.look():
                key = f"options.{seen.key}" if seen.key else ""
                problem = config.problem(f"service.{spec.name}", key, seen.text)
                (obstacles if isinstance(seen, Obstacle) else doubts).append(problem)
    return Seen(tuple(obstacles), tuple(doubts))


def _retired(config: Config, environment: Mapping[str, str]) -> list[Problem]:
    return [
        config.problem("supervisor", f"retired.{name}", f"{name} is set, and not read: {instead}")
        for name, instead in config.settings.retired.items()
        if environment.get(name)
    ]
