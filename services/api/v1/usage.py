"""The route for what turns cost."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from msgspec import Meta
from quart import Blueprint

from services.api.asking import Asking
from services.api.errors import Problem
from services.api.operation import operation
from services.api.shapes import Query
from services.api.v1.usage_replies import UsageSummary, summed
from services.messages import ReadBudgets, ReadUsage


class Days(Query, frozen=True, kw_only=True):
    since: Annotated[date | None, Meta(description="the first day, as 2026-01-31")] = None
    until: Annotated[date | None, Meta(description="the last day; today without")] = None

    def check(self) -> None:
        """Raises `Problem` for days that go backwards."""
        if self.since and self.until and self.since > self.until:
            raise Problem(400, "cannot use ?since= after ?until=: exchange them")


def usage_routes(asking: Asking) -> Blueprint:
    routes = Blueprint("usage", __name__)

    @routes.get("/v1/usage/<client>/<user>")
    @operation("readUsage", UsageSummary, query=Days)
    async def usage(client: str, user: str, query: Days) -> UsageSummary:
        """What a user's turns used, and the budgets that they have.

        From `since` to `until`, both included, days in UTC as 2026-01-31; today without. A year at
        most.
        """
        query.check()
        days = (day and day.isoformat() for day in (query.since, query.until))
        used = await asking.ask("agent", ReadUsage(client, user, *days))
        return summed(used, await asking.ask("agent", ReadBudgets(client, user)))

    return routes
