"""Which turns run when, and who sees that they do."""

from __future__ import annotations

import pytest
import trio
import trio.testing

from services.agent import Options
from services.agent.backend import Host, Turn
from services.messages import (
    FindWorkspace,
    ThreadKey,
    TurnState,
)
from supervisor.cell import Cell
from supervisor.desk import Busy, Refused
from tests.services.agent.serving import KEY, OTHER, Bench, Endless, quiet


async def test_turns_of_a_thread_run_one_after_another(bench: Bench) -> None:
    spans: list[str] = []

    async def script(turn: Turn, _host: Host) -> None:
        spans.append(f"{turn.instruction} begins")
        await trio.testing.wait_all_tasks_blocked()
        spans.append(f"{turn.instruction} ends")

    async with bench.life(script):
        turns = [await bench.start(name) for name in ("one", "two", "three")]
        for turn in turns:
            await bench.ended(turn)
    assert spans == [
        f"{name} {what}" for name in ("one", "two", "three") for what in ("begins", "ends")
    ]
    started = [event["turn"] for event in bench.journal() if event["type"] == "turn.started"]
    assert started == turns == sorted(turns)


async def test_threads_run_side_by_side(bench: Bench) -> None:
    begun: set[str] = set()
    both = trio.Event()

    async def script(turn: Turn, _host: Host) -> None:
        begun.add(turn.instruction)
        if len(begun) == 2:
            both.set()
        await both.wait()

    with trio.fail_after(60):
        async with bench.life(script):
            one = await bench.start("one", KEY)
            two = await bench.start("two", OTHER)
            assert (await bench.ended(one, KEY)).state is TurnState.COMMITTED
            assert (await bench.ended(two, OTHER)).state is TurnState.COMMITTED


async def test_no_more_turns_run_at_once_than_the_container_may(bench: Bench) -> None:
    running = Cell(0)
    most = 0

    async def script(_turn: Turn, _host: Host) -> None:
        nonlocal most
        running.set(running.value + 1)
        most = max(most, running.value)
        await pairs.wait()
        await trio.testing.wait_all_tasks_blocked(0.05)
        running.set(running.value - 1)

    pairs = trio.Event()
    keys = [KEY, OTHER, *(ThreadKey("acme", "bob", f"t{n}") for n in range(3, 7))]
    with trio.fail_after(60):
        async with bench.life(script, Options(running=2)):
            turns = [(await bench.start(key=key), key) for key in keys]
            await running.until(lambda count: count == 2)
            await bench.until_running(6)
            pairs.set()
            for turn, key in turns:
                await bench.ended(turn, key)
    assert most == 2


async def test_the_board_names_the_turns_that_run(bench: Bench) -> None:
    seen: list[frozenset[str]] = []

    async def script(_turn: Turn, _host: Host) -> None:
        seen.append(bench.running)

    async with bench.life(script):
        assert bench.running == frozenset()
        info = await bench.execute()
        await bench.until_running(0)
    assert seen == [frozenset({f"acme/bob/t1:{info.turn}"})]


async def test_a_turn_is_on_the_board_before_it_learns_where_its_files_are(bench: Bench) -> None:
    seen: list[int] = []
    keeper, answer = bench.keeper, bench.keeper.answer

    async def looked(request: object) -> object:
        if isinstance(request, FindWorkspace):
            seen.append(len(bench.running))
        return await answer(request)  # type: ignore[arg-type]

    keeper.answer = looked  # type: ignore[method-assign]
    async with bench.life(quiet):
        await bench.execute()
    assert seen == [0, 1]  # to take it in, and to begin


async def test_asked_twice_with_one_key_there_is_one_turn(bench: Bench) -> None:
    async with bench.life(quiet):
        first = await bench.start("one", idempotency_key="k")
        assert await bench.start("one", idempotency_key="k") == first
        await bench.ended(first)
        assert await bench.start("one", idempotency_key="k") == first
        with pytest.raises(Refused, match="another turn"):
            await bench.start("two", idempotency_key="k")
    async with bench.life(quiet):
        assert await bench.start("one", idempotency_key="k") == first
    assert bench.kinds().count("turn.queued") == 1


async def test_two_that_ask_at_the_same_moment_with_one_key_get_one_turn(bench: Bench) -> None:
    turns: set[str] = set()

    async def ask() -> None:
        turns.add(await bench.start("one", idempotency_key="k"))

    async with bench.life(quiet):
        async with trio.open_nursery() as nursery:
            for _ in range(10):
                nursery.start_soon(ask)
        await bench.ended(*turns)
    assert len(turns) == 1


async def test_a_thread_with_too_many_waiting_turns_takes_no_more(bench: Bench) -> None:
    long = Endless()
    async with bench.life(long, Options(waiting=2)):
        await bench.start()
        await long.begun.wait()
        for _ in range(2):
            await bench.start()
        with pytest.raises(Busy, match="2 wait"):
            await bench.start()


async def test_where_none_may_wait_one_runs_all_the_same(bench: Bench) -> None:
    async with bench.life(Endless(), Options(waiting=0)):
        await bench.start()
        with pytest.raises(Busy, match="0 wait"):
            await bench.start()
