"""When to look at what: one loop for each check of each service that runs."""

from __future__ import annotations

import os

import trio

from supervisor.context import Context
from supervisor.control import Checks, Looked, ReportHealth
from supervisor.desk import Refused
from supervisor.health.threshold import Tally, count
from supervisor.model import ServiceStatus, State
from supervisor.probe import ProbeFailed, probe
from supervisor.spawn import Program
from supervisor.spec import HealthSpec, Level
from supervisor.template import fill
from supervisor.verdicts import concerns


async def probe_all(ctx: Context[None], *, task_status: trio.TaskStatus[None]) -> None:
    """Follow the events: a service that begins to run is probed, one that ceases is left alone."""
    prober = _Prober(ctx, await ctx.control.ask(Checks()))
    task_status.started()
    while True:
        await prober.follow()


class _Prober:
    """A loop for each check of each service that runs."""

    def __init__(self, ctx: Context[None], checks: tuple[HealthSpec, ...]) -> None:
        self._ctx = ctx
        self._checks = checks
        self._turn = trio.Lock()
        seen = {name: value for name, value in os.environ.items() if name not in ctx.hidden}
        self._like = Program(command=(), environment=seen)

    async def follow(self) -> None:
        """Until the events are cut off; then it is time to begin again from a fresh snapshot."""
        async with trio.open_nursery() as nursery:
            scopes: dict[str, trio.CancelScope] = {}
            with self._ctx.events.watch() as (snapshot, changes):
                for status in snapshot:
                    self._take(nursery, scopes, status.name, status)
                async for change in changes:
                    self._take(nursery, scopes, change.name, change.now)
            nursery.cancel_scope.cancel()

    def _take(
        self,
        nursery: trio.Nursery,
        scopes: dict[str, trio.CancelScope],
        name: str,
        status: ServiceStatus | None,
    ) -> None:
        if status is not None and status.state is State.RUNNING:
            if name not in scopes:
                scopes[name] = trio.CancelScope()
                nursery.start_soon(self._watch, status, scopes[name])
        elif name in scopes:
            scopes.pop(name).cancel()

    async def _watch(self, status: ServiceStatus, scope: trio.CancelScope) -> None:
        own = [check for check in self._checks if concerns(check, status.name)]
        startup = [check for check in own if check.level is Level.STARTUP]
        began = trio.current_time()
        with scope:
            async with trio.open_nursery() as first:
                for check in startup:
                    first.start_soon(self._watch_one, check, status, began)
            async with trio.open_nursery() as nursery:
                for check in own:
                    if check not in startup:
                        nursery.start_soon(self._watch_one, check, status, began)

    async def _watch_one(self, check: HealthSpec, status: ServiceStatus, began: float) -> None:
        """Look again and again; for a startup check, until it has passed once."""
        instance = status.name.partition("@")[2]
        try:
            target = fill(check, {"instance": instance, **status.parameters})
        except Refused as refusal:
            await self._report(check, status, False, str(refusal))
            return
        tally = Tally()
        while True:
            due = trio.current_time() + check.period
            reason = await _look(target, self._like)
            await self._tell(Looked(check.name, status.name, not reason, reason, status.started))
            before = tally.healthy
            if not reason or trio.current_time() - began >= check.grace:
                tally = count(tally, not reason, failures=check.failures, successes=check.successes)
            if tally.healthy is not None and tally.healthy is not before:
                await self._report(check, status, tally.healthy, reason)
            if tally.healthy and check.level is Level.STARTUP:
                return
            await trio.sleep_until(due)

    async def _report(
        self, check: HealthSpec, status: ServiceStatus, healthy: bool, reason: str
    ) -> None:
        await self._tell(ReportHealth(check.name, status.name, healthy, reason, status.started))

    async def _tell(self, found: Looked | ReportHealth) -> None:
        async with self._turn:  # all at once, as after a cut in the network, the desk would refuse
            await self._ctx.control.ask(found)


async def _look(check: HealthSpec, like: Program) -> str:
    """Why a check failed this time, or nothing."""
    try:
        with trio.fail_after(check.timeout):
            await probe(check, like)
    except ProbeFailed as failure:
        return str(failure)
    except trio.TooSlowError:
        return f"no answer within {check.timeout:g} s"
    return ""
