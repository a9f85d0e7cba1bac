"""When to look at what: one loop for each check of each service that runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import trio

from supervisor.context import Context
from supervisor.control import Checks, ReportHealth
from supervisor.desk import Refused
from supervisor.health.threshold import Tally, count
from supervisor.model import ServiceStatus, State
from supervisor.probe import ProbeFailed, probe
from supervisor.spec import HealthSpec, Level
from supervisor.template import fill
from supervisor.verdicts import concerns

Report = Callable[[ReportHealth], Awaitable[None]]


async def probe_all(ctx: Context[None], *, task_status: trio.TaskStatus[None]) -> None:
    """Follow the events: a service that begins to run is probed, one that ceases is left alone."""
    checks = await ctx.control.ask(Checks())
    task_status.started()
    turn = trio.Lock()

    async def report(found: ReportHealth) -> None:
        async with turn:  # all at once, as after a cut in the network, the desk would refuse
            await ctx.control.ask(found)

    while True:
        async with trio.open_nursery() as nursery:
            scopes: dict[str, trio.CancelScope] = {}
            with ctx.events.watch() as (snapshot, changes):
                for status in snapshot:
                    _follow(report, nursery, scopes, checks, status.name, status)
                async for change in changes:
                    _follow(report, nursery, scopes, checks, change.name, change.now)
            nursery.cancel_scope.cancel()  # cut off: begin again from a fresh snapshot


def _follow(
    report: Report,
    nursery: trio.Nursery,
    scopes: dict[str, trio.CancelScope],
    checks: tuple[HealthSpec, ...],
    name: str,
    status: ServiceStatus | None,
) -> None:
    if status is not None and status.state is State.RUNNING:
        if name not in scopes:
            scopes[name] = trio.CancelScope()
            own = [check for check in checks if concerns(check, name)]
            nursery.start_soon(_watch, report, own, status, scopes[name])
    elif name in scopes:
        scopes.pop(name).cancel()


async def _watch(
    report: Report, checks: list[HealthSpec], status: ServiceStatus, scope: trio.CancelScope
) -> None:
    with scope:
        async with trio.open_nursery() as nursery:
            began = trio.current_time()
            startup = [check for check in checks if check.level is Level.STARTUP]
            async with trio.open_nursery() as first:
                for check in startup:
                    first.start_soon(_watch_one, report, check, status, began)
            for check in checks:
                if check not in startup:
                    nursery.start_soon(_watch_one, report, check, status, began)


async def _watch_one(
    report: Report, check: HealthSpec, status: ServiceStatus, began: float
) -> None:
    """Look again and again; for a startup check, until it has passed once."""
    instance = status.name.partition("@")[2]
    try:
        target = fill(check, {"instance": instance, **status.parameters})
    except Refused as refusal:
        await report(ReportHealth(check.name, status.name, False, str(refusal)))
        return
    tally = Tally()
    while True:
        due = trio.current_time() + check.period
        reason = await _look(target)
        before = tally.healthy
        if not reason or trio.current_time() - began >= check.grace:
            tally = count(tally, not reason, failures=check.failures, successes=check.successes)
        if tally.healthy is not None and tally.healthy is not before:
            await report(ReportHealth(check.name, status.name, tally.healthy, reason))
        if tally.healthy and check.level is Level.STARTUP:
            return
        await trio.sleep_until(due)


async def _look(check: HealthSpec) -> str:
    """Why a check failed this time, or nothing."""
    try:
        with trio.fail_after(check.timeout):
            await probe(check)
    except ProbeFailed as failure:
        return str(failure)
    except trio.TooSlowError:
        return f"no answer within {check.timeout:g} s"
    return ""
