"""Stream "activity": what keeps a container awake. Pings, polls and health checks are not sent."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class Activity(Struct, frozen=True):
    """Somebody did something: changed something by the API, or opened a page."""

    what: Literal["api-write", "navigation"]
