"""Amounts of memory as people write them, and as they are shown. Pure."""

from __future__ import annotations

import re

_UNITS = {"": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*(%|[A-Za-z]*)")


def in_bytes(amount: int | str, whole: int) -> int:
    """`amount` in bytes: a number of them, "2GiB" or "512 MiB", or "60%" of the `whole`.

    Raises `ValueError` for anything else, and for nothing at all.
    """
    found = _AMOUNT.fullmatch(str(amount).strip())
    if found is None or (found[2] != "%" and found[2] not in _UNITS):
        raise ValueError(f'memory: cannot read {amount!r}: write bytes, "2GiB", "512MiB" or "60%"')
    share = whole / 100 if found[2] == "%" else _UNITS[found[2]]
    if (size := int(float(found[1]) * share)) <= 0:
        raise ValueError("memory: is above 0; to have no previews at all, leave the service out")
    return size


def steady(shown: int, measured: int) -> int:
    """What to show after a measurement: something new only where it differs by a tenth."""
    if abs(measured - shown) * 10 < max(shown, measured):
        return shown
    return -(-measured >> 20) << 20
