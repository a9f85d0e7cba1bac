"""One service, key by key: what each is, and who said so."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, cast

from supervisor.cli.outline import target, waits_for, when
from supervisor.config import Config, Origin
from supervisor.config.path import Path, label
from supervisor.config.secrets import HIDDEN
from supervisor.config.values import leaves
from supervisor.plan import worst_stop
from supervisor.spec import Spec

DEFAULT = "default"
_ITEM = re.compile(r"\[\d+\]$")


def lines(config: Config, spec: Spec, *, defaults: bool = False) -> Iterator[str]:
    """Explain a service of a configuration; `defaults` shows what nobody said, too."""
    path = ("service", spec.name)
    yield f"{spec.name} ({spec.kind}) from {config.origins[path]}"
    yield from _table(list(_rows(config, spec, path, defaults=defaults)))
    yield from map(config.secrets.hide, _around(config, spec))


def _rows(
    config: Config, spec: Spec, top: Path, *, defaults: bool
) -> Iterator[tuple[str, str, str]]:
    # A list is one value here, whichever of its items is wrong.
    wrong = {_ITEM.sub("", f"{problem.table}.{problem.key}") for problem in config.problems}
    for path, value in leaves(spec, top):
        origin = config.origins.get(path)
        if label(path) in wrong:
            yield label(path[2:]), "cannot be read", str(origin or config.origins[top])
        elif origin is not None:
            yield label(path[2:]), _shown(config, path, value, origin), str(origin)
        elif defaults:
            yield label(path[2:]), "unset" if value is None else _written(value), DEFAULT


def _shown(config: Config, path: Path, value: Any, origin: Origin) -> str:
    """Texts lose what is secret in them; a number or a word out of a secret is one itself."""
    secrets = config.settings.secrets
    items = cast("tuple[Any]", value) if isinstance(value, tuple) else (value,)
    is_secret = any(one.name in secrets for one in origin.variables)
    if path[-1] in secrets or (is_secret and any(type(item) is not str for item in items)):
        return HIDDEN
    return config.secrets.hide(_written(value))


def _written(value: Any) -> str:
    """A value as TOML has it."""
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value).items()
        pairs = ", ".join(f"{json.dumps(name)} = {_written(item)}" for name, item in items)
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_written(item) for item in cast('list[Any]', value))}]"
    if isinstance(value, float):
        return f"{value:g}"
    return json.dumps(value, ensure_ascii=False, default=str)


def _table(rows: list[tuple[str, str, str]]) -> Iterator[str]:
    """Two columns that fit, and where each comes from; a long value gets a line of its own."""
    keys = max((len(key) for key, _, _ in rows), default=0)
    values = max((len(value) for _, value, _ in rows if len(value) <= 40), default=0)
    for key, value, origin in rows:
        if len(value) <= values:
            yield f"  {key:{keys}}  {value:{values}}  {origin}"
        else:
            yield f"  {key:{keys}}  {value}"
            yield f"  {'':{keys}}  {'':{values}}  {origin}"


def _around(config: Config, spec: Spec) -> Iterator[str]:
    """What others say of it, and what follows from all of it together."""
    if after := waits_for(spec):
        told = (f"{name} ({condition})" for name, condition in after.items())
        yield f"starts after: {', '.join(told)}"
    if before := [one.name for one in config.services if spec.name in one.follows]:
        yield f"starts before: {', '.join(before)}"
    if spec.schedule is not None:
        yield f"schedule: {when(spec.schedule)}"
    for check in config.checks:
        if check.service == spec.name:
            yield f"check {check.name}, from {config.origins['health', check.name]}:"
            yield (
                f"     {target(check)} every {check.period:g} s, {check.level};"
                f" when unhealthy: {check.on_unhealthy}"
            )
    for group in config.groups:
        if spec.name in group.members:
            yield f"group {group.name} ({group.strategy}): {', '.join(group.members)}"
    if not config.broken:
        yield _stop(config, spec)


def _stop(config: Config, spec: Spec) -> str:
    """It waits for all that follow it, so theirs is part of the worst case."""
    specs = {one.name: one for one in config.services}
    waiting, those = [spec.name], dict[str, Spec]()
    while waiting:
        name = waiting.pop()
        if name not in those:
            those[name] = specs[name]
            waiting += [one.name for one in config.services if name in one.follows]
    text = f"worst-case stop: {spec.stop_timeout:g} s"
    try:
        worst = worst_stop(those, config.groups)
    except ValueError:  # they wait for one another, which the plan says
        return text
    return f"{text}, {worst:g} s with those that stop before it" if len(those) > 1 else text
