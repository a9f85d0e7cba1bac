"""The order of things: a life begins after all that it needs, and ends before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import assert_never

import trio

from supervisor.groups import Groups
from supervisor.model import State
from supervisor.runner import Runner
from supervisor.spec import Condition, conditions

Runners = Mapping[str, Runner]


async def until_free(runners: Runners, groups: Groups, name: str) -> None:
    """Wait until all that a service needs is as it asks for.

    What it requires or wants is started if nobody did, when somebody asked for this life; one
    that only goes on brings back nothing that was stopped meanwhile. What it wants or comes
    after is waited for as long as it is on its way; what it requires, and the members of its
    group before it, for as long as they have hopes. Where a requirement will not come by
    itself, the one that waits for it says so.

    Not all of them need exist: a service can be removed, and an instance outlives a reload.
    """
    runner = runners[name]
    spec = runner.spec
    for other in _existing(runners, (*spec.requires, *spec.wants)):
        if runner.asked_for and other.state in (State.STOPPED, State.STOPPING):
            other.start()
    for needs in (conditions(spec.wants), conditions(spec.after)):
        for other in _existing(runners, needs):
            await _while_coming(runner, other, needs[other.spec.name], but_for=State.BACKOFF)
    for other in _existing(runners, groups.before(name)):
        await _while_coming(runner, other, Condition.READY)
    required = conditions(spec.requires)
    while missing := next((n for n, c in required.items() if not _is_met(runners, n, c)), None):
        if missing in runners:
            await _until_required(runner, runners[missing], required[missing])
        else:
            runner.block(f"requires {missing}, which is no more")
            await trio.sleep_forever()  # until it has to come to the gate again


def _is_met(runners: Runners, name: str, condition: Condition) -> bool:
    return name in runners and is_there(runners[name], condition)


def _existing(runners: Runners, names: Iterable[str]) -> list[Runner]:
    return [runners[name] for name in names if name in runners]


async def _while_coming(
    runner: Runner, other: Runner, condition: Condition, *, but_for: State | None = None
) -> None:
    """Wait until it is there, or it is not coming, or in the state `but_for`."""

    def is_over(it: Runner) -> bool:
        return is_there(it, condition) or not it.coming or it.state is but_for

    if not is_over(other):
        runner.wait_for(f"waits until {other.spec.name} is {condition.value}")
        await other.until(is_over)


async def _until_required(runner: Runner, other: Runner, condition: Condition) -> None:
    if other.coming:
        await _while_coming(runner, other, condition)
    else:
        why = f", which is {other.state.value}"
        if condition is not Condition.READY:
            why = f" to be {condition.value}{why}"
        runner.block(f"requires {other.spec.name}{why}")
        await other.until(lambda it: is_there(it, condition) or it.coming)
        runner.block("")


def is_there(runner: Runner, condition: Condition) -> bool:
    """Whether a service is as another one needs it."""
    status = runner.status.value
    completed = status.state is State.EXITED and not status.failed
    match condition:
        case Condition.STARTED:
            return completed or status.state in (State.STARTING, State.RUNNING)
        case Condition.READY:
            return completed or status.state is State.RUNNING
        case Condition.HEALTHY:
            return status.healthy is True
        case Condition.COMPLETED:
            return completed
        case _:
            assert_never(condition)


async def stop_all(runners: Runners, groups: Groups, *, within: float, hurry: trio.Event) -> None:
    """Stop in reverse order; after `within` seconds, or in a hurry, what is left is killed.

    Returns when all are at rest.
    """
    for runner in runners.values():
        if runner.state not in (State.STARTING, State.RUNNING):
            runner.stop()  # no new life begins
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_insist, runners, trio.current_time() + within, hurry)
        await stop_in_order(runners, groups)
        nursery.cancel_scope.cancel()


async def stop_in_order(runners: Runners, groups: Groups) -> None:
    """Stop these in reverse order, and return when all are at rest."""
    followers = _followers(runners, groups)
    async with trio.open_nursery() as nursery:
        for name, runner in runners.items():
            nursery.start_soon(_stop_in_turn, runner, followers[name])


async def _insist(runners: Runners, deadline: float, hurry: trio.Event) -> None:
    with trio.move_on_at(deadline):
        await hurry.wait()
    for runner in runners.values():
        runner.stop(grace=0)


def _followers(runners: Runners, groups: Groups) -> Mapping[str, list[Runner]]:
    """Who has to be down before each of them is stopped."""
    followers: dict[str, list[Runner]] = {name: [] for name in runners}
    for name, runner in runners.items():
        for earlier in followers.keys() & {*runner.spec.follows, *groups.before(name)}:
            followers[earlier].append(runner)
    return followers


async def _stop_in_turn(runner: Runner, followers: Iterable[Runner]) -> None:
    for other in followers:
        await other.status.until(lambda status: status.state.at_rest)
    while not runner.is_down:
        runner.stop()  # and again where somebody starts it
        await runner.until(lambda it: it.is_down or it.wanted.value)
