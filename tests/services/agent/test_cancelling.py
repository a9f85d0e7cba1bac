"""Turns that are cancelled, and those that an agent is stopped in."""

from __future__ import annotations

import pytest
import trio
import trio.testing

from services.agent import Options
from services.agent.backend import Host, Turn
from services.agent.lanes import Running
from services.messages import (
    FileChanged,
    Leftover,
    ListTurns,
    TurnState,
)
from supervisor.desk import Refused
from tests.services.agent.serving import KEY, OTHER, Bench, Endless, quiet


async def test_cancelled_in_the_middle_it_offers_what_there_is(bench: Bench) -> None:
    begun = trio.Event()

    async def script(_turn: Turn, host: Host) -> None:
        bench.files()["a.md"] = "half"
        await host.emit(FileChanged("a.md", "added"))
        begun.set()
        await trio.sleep_forever()

    async with bench.life(script):
        turn = await bench.start()
        await begun.wait()
        info = await bench.cancel(turn)
        assert info == await bench.found(turn) == await bench.cancel(turn)
    assert (info.state, info.leftover, info.saved) == (
        TurnState.CANCELLED,
        Leftover.OFFERED,
        "5" * 40,
    )
    assert info.files == ("a.md",)
    assert bench.files()["a.md"] == "half"


async def test_cancelled_in_the_queue_it_never_begins(bench: Bench) -> None:
    long = Endless()
    async with bench.life(long):
        first = await bench.start("one")
        await long.begun.wait()
        second = await bench.start("two")
        info = await bench.cancel(second)
        assert (info.state, info.started, info.leftover) == (TurnState.CANCELLED, 0.0, None)
        assert (await bench.cancel(first)).state is TurnState.CANCELLED
    assert bench.kinds().count("turn.started") == 1


async def test_cancelled_while_it_waits_for_its_place_in_the_container(bench: Bench) -> None:
    long = Endless()
    async with bench.life(long, Options(running=1)):
        first = await bench.start(key=OTHER)
        await long.begun.wait()
        second = await bench.start()
        await bench.until_running(2)
        assert (await bench.cancel(second)).state is TurnState.CANCELLED
        assert (await bench.cancel(first, OTHER)).state is TurnState.CANCELLED
    assert bench.kinds() == ["turn.queued", "turn.finished"]


async def test_whoever_hangs_up_does_not_end_a_turn(bench: Bench) -> None:
    begun, may_end = trio.Event(), trio.Event()

    async def script(_turn: Turn, _host: Host) -> None:
        begun.set()
        await may_end.wait()

    async with bench.life(script):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(bench.execute)
            await begun.wait()
            nursery.cancel_scope.cancel()
        (info,) = await bench.ask(ListTurns(KEY))
        assert info.state is TurnState.RUNNING
        may_end.set()
        assert (await bench.ended(info.turn)).state is TurnState.COMMITTED


async def test_asked_to_stop_it_interrupts_at_once_and_what_waits_is_for_the_next_life(
    bench: Bench,
) -> None:
    long = Endless()
    refusals: list[str] = []

    async def waiting(turn: str) -> None:
        with pytest.raises(Refused) as refusal:
            await bench.ended(turn)
        refusals.append(str(refusal.value))

    with trio.fail_after(60):
        async with trio.open_nursery() as nursery, bench.life(long):
            first = await bench.start("long")
            await long.begun.wait()
            second = await bench.start("next")
            nursery.start_soon(waiting, second)
            await trio.testing.wait_all_tasks_blocked()
    assert refusals == ["the agent is stopping: the turn runs when it is back"]
    assert bench.running == frozenset()
    async with bench.life(quiet):
        assert (await bench.found(first)).state is TurnState.INTERRUPTED
        assert (await bench.ended(second)).state is TurnState.COMMITTED


def test_a_turn_that_was_cancelled_is_so_even_if_the_agent_stops_meanwhile() -> None:
    running = Running("t")
    running.cancel(TurnState.CANCELLED)
    running.cancel(TurnState.INTERRUPTED)
    assert running.why is TurnState.CANCELLED
    assert running.next_scope().cancel_called
