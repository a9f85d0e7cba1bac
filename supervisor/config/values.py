"""The values of a spec, one by one, each with the path that says where it is in the TOML."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from msgspec import Struct

from supervisor.config.path import Path


def leaves(value: Any, path: Path, *, split: bool = False) -> Iterator[tuple[Path, Any]]:
    """Into tables, and into lists of tables; with `split`, into every list.

    An empty table is one value. A name is none: it is in the path.
    """
    if isinstance(value, Struct):
        for name, key in zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True):
            if key != "name":
                yield from leaves(getattr(value, name), (*path, key), split=split)
    elif isinstance(value, dict) and value:
        for name, item in cast("dict[str, Any]", value).items():
            yield from leaves(item, (*path, name), split=split)
    elif isinstance(value, list | tuple) and (split or _of_tables(cast("tuple[Any]", value))):
        for place, item in enumerate(cast("tuple[Any]", value)):
            yield from leaves(item, (*path, place), split=split)
    else:
        yield path, value


def _of_tables(value: list[Any] | tuple[Any, ...]) -> bool:
    return bool(value) and all(isinstance(item, Struct | dict) for item in value)
