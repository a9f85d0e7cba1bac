"""Which agent backends there are. A backend is imported when it is made, and not before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from supervisor.desk import Refused

if TYPE_CHECKING:
    from services.agent import Options
    from services.agent.backend import Backend
    from supervisor.context import Context


class Unusable(Refused):
    """A backend that a turn named, and that cannot carry it out here."""


def _simulation(ctx: Context[Options]) -> Backend:
    from services.agent.simulation import make as simulation

    return simulation(ctx.options.simulation)


def _bedrock(ctx: Context[Options]) -> Backend:
    from services.agent.bedrock import make as bedrock

    return bedrock(ctx.options.bedrock)


def _claude(ctx: Context[Options]) -> Backend:
    from services.agent.claude import make as claude

    return claude(ctx.options.claude, ctx)


BACKENDS: Mapping[str, Callable[[Context[Options]], Backend]] = {
    "bedrock": _bedrock,
    "claude": _claude,
    "simulation": _simulation,
}


def unknown(name: str) -> str | None:
    """Why a name is no backend's, or None."""
    if name in BACKENDS:
        return None
    return f"cannot use the agent backend {name!r}: the backends are {', '.join(sorted(BACKENDS))}"


def make(ctx: Context[Options], name: str) -> Backend:
    """The backend of this name, for this life of the agent."""
    return BACKENDS[name](ctx)
