"""Which agent backends there are. A backend is imported when it is made, and not before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.agent.backend import Backend


def _simulation() -> Backend:
    from services.agent.simulation import Simulation

    return Simulation()


BACKENDS: Mapping[str, Callable[[], Backend]] = {
    "simulation": _simulation,
}


def check(name: str) -> None:
    """Raises `ValueError` for a name that is no backend's."""
    if name not in BACKENDS:
        known = ", ".join(sorted(BACKENDS))
        raise ValueError(f"cannot use the agent backend {name!r}: the backends are {known}")


def make(name: str) -> Backend:
    """The backend of this name; raises as `check` does."""
    check(name)
    return BACKENDS[name]()
