"""What a user's turns cost, and may cost, for those who ask."""

from __future__ import annotations

import trio

from services.agent import Options, places
from services.agent.spending import Spending
from services.messages import Budgets, FindProject, ReadBudgets, ReadUsage, UsageEntry
from supervisor.context import Context
from supervisor.desk import NotFound


class Accounts:
    """Of every user on the volume. Raises `OSError`, and `Refused` where nobody can say."""

    def __init__(self, ctx: Context[Options]) -> None:
        self._ctx = ctx

    async def usage(self, request: ReadUsage) -> tuple[UsageEntry, ...]:
        """What was used between two days, by deleted threads too; nothing without a project."""
        spending = await self._spending(request.client, request.user)
        if spending is None:
            return ()
        return await trio.to_thread.run_sync(spending.between, request.since, request.until)

    async def budgets(self, request: ReadBudgets) -> Budgets:
        """The deployment's, and what the user spent today."""
        options = self._ctx.options
        spending = await self._spending(request.client, request.user)
        spent = 0.0
        if spending is not None:
            spent = await trio.to_thread.run_sync(spending.spent, spending.today())
        return Budgets(
            options.turn_budget or None,
            options.thread_budget or None,
            options.day_budget or None,
            spent,
        )

    async def _spending(self, client: str, user: str) -> Spending | None:
        try:
            project = await self._ctx.ask("workspaces", FindProject(client, user))
        except NotFound:
            return None
        return Spending(places.usage(project.histories))
