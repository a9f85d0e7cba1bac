"""What in a configuration is no mistake by itself, but will hardly be what was meant.

Unlike its problems these depend on the machine that the check runs on: a program that is not
there may well be there where the configuration is going to.
"""

from __future__ import annotations

import grp
import os
import pwd
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from supervisor.config import Config, Problem
from supervisor.config.path import Path, label
from supervisor.config.values import leaves
from supervisor.policy import soonest_give_up
from supervisor.spec import CauseBudget, ProcessSpec, Restart, Spec
from supervisor.template import PLACEHOLDER

SECRET_NAME = re.compile(
    r"(?i)(?:^|[_\W])(?:pass(?:word|wd|phrase)?|secret|token|credentials?"
    r"|(?:api|access|private|secret|signing|encryption)[_-]?key)$"
)
# What `secret = …` has where it says which one of a store is meant, and is none itself.
STORED = re.compile(r"arn:aws[\w-]*:secretsmanager:.+|[a-z0-9_.-]+(?:/[a-z0-9_.-]+)+")
SECRET_ARGUMENT = re.compile(r"-{1,2}([\w-]+)=(.+)", re.DOTALL)
# The beginnings that some issuers give to their keys, and a password inside a URL.
SECRET_VALUE = re.compile(
    r"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_\w{20,}|github_pat_\w{20,}|sk-[\w-]{20,}|xox[abprs]-[\w-]{10,}"
    r"|glpat-[\w-]{20,})|-----BEGIN [A-Z ]*PRIVATE KEY-----|://[^/\s:@]*:[^/\s:@]+@"
)


def doubts(config: Config, environment: Mapping[str, str] = os.environ) -> list[Problem]:
    """Everything that a person may want to look at once more, in the order of the services."""
    return [
        config.problem(f"service.{spec.name}", key, text)
        for spec in config.services
        if spec.name not in config.broken
        for key, text in _doubts(config, spec, environment)
    ]


def _doubts(
    config: Config, spec: Spec, environment: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    yield from _limits(spec)
    yield from _secrets(config, spec)
    if isinstance(spec, ProcessSpec):
        yield from _machine(spec, environment)


def _limits(spec: Spec) -> Iterator[tuple[str, str]]:
    for place, limit in enumerate(spec.limits):
        if why := _never(spec, limit):
            yield f"limits[{place}]", f"can never fire: {why}"


def _never(spec: Spec, limit: CauseBudget) -> str | None:
    """Why a limit cannot be what ends a service, if so."""
    if spec.restart is Restart.NEVER:
        return "the service is never restarted"
    if limit.restarts and (soonest := soonest_give_up(spec.backoff, limit)) >= limit.period:
        return (
            f"{limit.restarts} restarts take at least {soonest:.3g} s of backoff, and its period"
            f" is {limit.period:g} s"
        )
    if limit.restarts >= spec.budget.restarts and limit.period <= spec.budget.period:
        return "the budget for all ends gives up no later"
    good = set(spec.success) if isinstance(spec, ProcessSpec) else set[int | str]()
    if spec.restart is Restart.ON_FAILURE and good.issuperset(limit.causes):
        return "its causes count as success, after which there is no restart"
    return None


def _secrets(config: Config, spec: Spec) -> Iterator[tuple[str, str]]:
    top: Path = ("service", spec.name)
    for path, value in leaves(spec, top, split=True):
        origin = config.origins.get(path)
        filled_in = origin is not None and origin.variables
        if isinstance(value, str) and not filled_in and _is_secret(str(path[-1]), value):
            text = "write ${NAME} for it, and put NAME into supervisor.secrets"
            yield label(path[2:]), f"looks like a secret in plain text: {text}"


def _is_secret(key: str, value: str) -> bool:
    if argument := SECRET_ARGUMENT.fullmatch(value):
        key, value = argument.groups()
    if PLACEHOLDER.fullmatch(value) or not value:
        return False
    if key == "secret" and STORED.fullmatch(value):
        return False
    return bool(SECRET_VALUE.search(value) or (SECRET_NAME.search(key) and len(value) > 3))


def _machine(spec: ProcessSpec, environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    folder = spec.directory or "."
    if not _varies(folder) and not os.path.isdir(folder):
        yield "directory", f"there is no folder {folder!r} here"
    if why := _program(spec, environment):
        yield "command[0]", why
    for place, name in enumerate(spec.environment_files):
        if not name.startswith("-") and not _varies(name) and not os.path.isfile(name):
            yield f"environment_files[{place}]", f"there is no file {name!r} here"
    if spec.user is not None and not _exists(spec.user, pwd.getpwnam):
        yield "user", f"there is no user {spec.user!r} here"
    if spec.group is not None and not _exists(spec.group, grp.getgrnam):
        yield "group", f"there is no group {spec.group!r} here"


def _varies(text: str) -> bool:
    return PLACEHOLDER.search(text) is not None


def _exists(name: str, find: Callable[[str], Any]) -> bool:
    if name.isdecimal() or _varies(name):
        return True
    try:
        find(name)
    except KeyError:
        return False
    return True


def _program(spec: ProcessSpec, environment: Mapping[str, str]) -> str | None:
    """What is wrong with the program of a command, if anything is."""
    name = spec.command[0]
    if _varies(name):
        return None
    # As execvpe(3) finds it: with the child's own PATH, and a relative one in its directory.
    inherits = spec.environment_allow is None or "PATH" in spec.environment_allow
    theirs = {**(environment if inherits else {}), **spec.environment}
    folders = [""] if "/" in name else os.get_exec_path(theirs)
    places = [os.path.join(spec.directory or "", folder, name) for folder in folders]
    there = [place for place in places if os.path.isfile(place)]
    if any(os.access(place, os.X_OK) for place in there):
        return None
    if there:
        return f"{there[0]!r} may not be executed"
    if " " in name:
        return f"{name!r} is no program: write each argument as a text of its own"
    return f"there is no program {name!r} here" + ("" if "/" in name else ", on its PATH")
