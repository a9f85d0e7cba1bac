"""A last look at the machine before anything starts: what only here can be known to fail."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from supervisor.address import address_of
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


def look(config: Config, environment: Mapping[str, str], *, starting: bool = False) -> Seen:
    """Ask every service that can be asked, whatever is wrong with the others.

    Only before anything runs, `starting`, is a port that somebody listens on somebody else's.
    """
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
            for seen in (*body.look(), *(_occupied(body) if starting else ())):
                key = f"options.{seen.key}" if seen.key else ""
                problem = config.problem(f"service.{spec.name}", key, seen.text)
                (obstacles if isinstance(seen, Obstacle) else doubts).append(problem)
    return Seen(tuple(obstacles), tuple(doubts))


def _occupied(body: TaskBody) -> Iterator[Obstacle]:
    for key, address in body.listens:
        if (place := address_of(address)) and _is_taken(place[0] or "", place[1]):
            text = f"another program listens on {address}: end that, or choose another port"
            yield Obstacle(key, text)


def _is_taken(host: str, port: int) -> bool:
    """Whether somebody listens there. Nobody hears that it was asked."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError as error:  # whatever else it is, the service says
            return error.errno == errno.EADDRINUSE
        except TypeError:  # a name that is none, in Python's words; so is that
            return False
    return False


def _retired(config: Config, environment: Mapping[str, str]) -> list[Problem]:
    return [
        config.problem("supervisor", f"retired.{name}", f"{name} is set, and not read: {instead}")
        for name, instead in config.settings.retired.items()
        if environment.get(name)
    ]
