"""How a program may end, as a person names it: 1, "101-103", "SEGV". Pure."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterable

from supervisor.spec import Cause

RANGE = re.compile(r"([0-9]{1,3})(?:-([0-9]{1,3}))?")


def problem(cause: Cause) -> str | None:
    """Why no program could ever end like that, or None."""
    try:
        _codes(cause)
    except ValueError as error:
        return str(error)
    return None


def matches(causes: Iterable[Cause], code: int) -> bool:
    """Whether an end is among them; `code` is `Exit.code`, negative for a signal."""
    return any(code in _codes(cause) for cause in causes)


def signal_named(name: str) -> signal.Signals | None:
    """The signal of a name in capital or small letters, with or without SIG; or None."""
    return signal.Signals.__members__.get(f"SIG{name.upper().removeprefix('SIG')}")


def describe(code: int) -> str:
    """An end in words; `code` as above."""
    if code >= 0:
        return f"exited with {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"


def _codes(cause: Cause) -> range:
    """The codes that a cause stands for; raises `ValueError` with the reason for none."""
    if isinstance(cause, str) and (signum := signal_named(cause)) is not None:
        return range(-signum, -signum + 1)
    found = RANGE.fullmatch(str(cause))
    if found is None:
        raise ValueError(f'{cause!r} is no exit code, range ("101-103") or signal ("SEGV")')
    first, last = int(found[1]), int(found[2] or found[1])
    if last > 255:
        raise ValueError(f"{cause!r} is no exit code: those are 0 to 255")
    if first > last:
        raise ValueError(f"{cause!r} is empty: write {last}-{first}")
    return range(first, last + 1)
