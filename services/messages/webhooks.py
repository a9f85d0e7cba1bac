"""Desk "webhooks": how deliveries to others go, and a way to try one."""

from __future__ import annotations

from msgspec import Struct

from supervisor.desk import Request


class Delivery(Struct, frozen=True):
    """One attempt: when, in Unix seconds, and what came of it. `status` is 0 without an answer."""

    at: float
    type: str
    status: int
    error: str | None = None


class HookState(Struct, frozen=True):
    """A hook as it is. `number` is its place in the table; secrets and paths are left out.

    `delivered` and `dropped` count since the service began. `pending` is the type of what it tries
    to deliver at the moment. `over` says why nothing is delivered to it any more.
    """

    number: int
    host: str
    events: tuple[str, ...]
    scope: str
    delivered: int = 0
    dropped: int = 0
    pending: str | None = None
    last: Delivery | None = None
    over: str | None = None


class ListHooks(Request[tuple[HookState, ...]], frozen=True):
    """All hooks, in the order of their table."""


class TryHook(Request[Delivery], frozen=True):
    """Send one hook an event of the type `test`, once. Raises `NotFound`."""

    number: int
