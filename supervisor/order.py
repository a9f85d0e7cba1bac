"""The order of things: a life begins after all that it needs, and ends before it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import trio

from supervisor.model import ServiceStatus, State
from supervisor.runner import Runner

Runners = Mapping[str, Runner]


async def until_free(runners: Runners, name: str) -> None:
    """Wait until what a service comes after has settled and all that it requires is up.

    What it requires is started if nobody did; where that will not come up by itself, the one
    that waits for it says so.
    """
    runner = runners[name]
    required = [runners[other] for other in runner.spec.requires]
    for other in required:
        if other.state in (State.STOPPED, State.STOPPING):
            other.start()
    for earlier in runner.spec.after:
        await runners[earlier].settled()
    while missing := next((other for other in required if not _is_up(other)), None):
        if missing.coming:
            await missing.until(lambda other: _is_up(other) or not other.coming)
        else:
            runner.block(f"requires {missing.spec.name}, which is {missing.state.value}")
            await missing.until(lambda other: _is_up(other) or other.coming)
            runner.block("")


async def stop_all(runners: Runners, *, within: float, hurry: trio.Event) -> None:
    """Stop in reverse order; after `within` seconds, or in a hurry, what is left is killed.

    Returns when all are at rest.
    """
    followers: defaultdict[str, list[Runner]] = defaultdict(list)
    for runner in runners.values():
        for name in runner.spec.follows:
            followers[name].append(runner)
    for runner in runners.values():
        if runner.state.at_rest or runner.state is State.BACKOFF:
            runner.stop()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_insist, runners, trio.current_time() + within, hurry)
        async with trio.open_nursery() as stops:
            for name, runner in runners.items():
                stops.start_soon(_stop_in_turn, runner, followers[name])
        nursery.cancel_scope.cancel()


async def _insist(runners: Runners, deadline: float, hurry: trio.Event) -> None:
    with trio.move_on_at(deadline):
        await hurry.wait()
    for runner in runners.values():
        runner.stop(grace=0)


async def _stop_in_turn(runner: Runner, followers: Iterable[Runner]) -> None:
    for other in followers:
        await other.status.until(_at_rest)
    runner.stop()
    await runner.status.until(_at_rest)


def _is_up(runner: Runner) -> bool:
    status = runner.status.value
    return status.state is State.RUNNING or (status.state is State.EXITED and not status.failed)


def _at_rest(status: ServiceStatus) -> bool:
    return status.state.at_rest
