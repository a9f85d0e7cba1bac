"""The shape of a whole file, and how types are taken apart to follow a key into it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
from msgspec import Struct, field

from supervisor.spec import (
    TARGETS,
    WAYS,
    Count,
    GroupSpec,
    HealthSpec,
    ServiceSpec,
    Settings,
    Spec,
)

KINDS: Mapping[str, type[Spec]] = {str(spec.__struct_config__.tag): spec for spec in get_args(Spec)}
# A table wants one of these at most, so one that a later layer says takes the place of another.
ALTERNATIVES: Mapping[tuple[str, str], frozenset[str]] = {
    ("service", "ready"): frozenset(WAYS),
    ("service", "schedule"): frozenset({"every", "cron"}),
    ("health", ""): frozenset(TARGETS),
}


class File(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The configuration of nurseryd: services, their checks and groups, and the daemon itself."""

    supervisor: Settings = Settings()
    service: dict[str, Spec] = field(default_factory=dict[str, Spec])
    health: dict[str, HealthSpec] = field(default_factory=dict[str, HealthSpec])
    group: dict[str, GroupSpec] = field(default_factory=dict[str, GroupSpec])
    # The size of the buffer of each channel that has one of its own.
    channels: dict[str, Count] = field(default_factory=dict[str, int])


TABLES = File.__struct_fields__
NAMED = ("service", "health", "group")  # [service.NAME]


@cache
def infos(cls: type[Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    """The fields of a table. msgspec evaluates its annotations anew whenever it is asked."""
    return msgspec.structs.fields(cls)


@cache
def forms(kind: Any) -> tuple[Any, ...]:
    """What a value of this type may be, each without its limits; none of them None."""
    if get_origin(kind) is Annotated:
        return forms(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return tuple(form for part in get_args(kind) for form in forms(part))
    return () if kind is type(None) else (kind,)


@cache
def structs(kind: Any) -> tuple[type[Struct], ...]:
    return tuple(f for f in forms(kind) if isinstance(f, type) and issubclass(f, Struct))


@cache
def values_of(kind: Any) -> Any:
    """The type of the values of a dictionary, where the type has that form, or None."""
    if kind is object:
        return object
    return next((get_args(form)[1] for form in forms(kind) if get_origin(form) is dict), None)


@cache
def items_of(kind: Any) -> Any:
    """The type of the items of a list of any length, where the type has that form, or None."""
    for form in forms(kind):
        if get_origin(form) is tuple and get_args(form)[-1] is Ellipsis:
            return get_args(form)[0]
    return None


@cache
def keys_of(cls: type[Struct]) -> Mapping[str, Any]:
    """The keys of a table and their types, as TOML has them: `name` is what it is called by."""
    keys = {one.encode_name: one.type for one in infos(cls) if one.name != "name"}
    return {"kind": str, **keys} if issubclass(cls, ServiceSpec) else keys
