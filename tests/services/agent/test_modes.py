"""Turns that are to change nothing: plans and analyses."""

from __future__ import annotations

import pytest

from services.agent.backend import BackendError, Host, Turn
from services.messages import FileChanged, Leftover, Mode, Reason, TextDelta, TurnState
from tests.services.agent.serving import KEY, Bench, Endless


@pytest.mark.parametrize("mode", [Mode.PLAN, Mode.ANALYZE])
async def test_planning_and_analysing_commit_nothing(bench: Bench, mode: Mode) -> None:
    async def script(_turn: Turn, host: Host) -> None:
        await host.emit(TextDelta("I would…"))

    bench.files()["a.md"] = "by hand"
    async with bench.life(script):
        info = await bench.execute(mode=mode)
    assert (info.state, info.output, info.error) == (TurnState.COMMITTED, "I would…", None)
    assert bench.keeper[KEY].messages == []
    assert bench.files()["a.md"] == "by hand"


async def test_what_a_plan_changed_is_an_error_and_taken_back(bench: Bench) -> None:
    async def script(_turn: Turn, _host: Host) -> None:
        bench.files()["left.md"] = "in silence"

    async with bench.life(script):
        info = await bench.execute(mode=Mode.PLAN)
    assert (info.state, info.reason) == (TurnState.FAILED, Reason.MODE)
    assert "plan mode" in str(info.error)
    assert "left.md" in str(info.error)
    assert info.leftover is Leftover.DROPPED
    assert info.saved == "d" * 40
    assert not bench.keeper[KEY].dirty


async def test_what_a_plan_changed_before_it_failed_is_taken_back_too(bench: Bench) -> None:
    async def script(_turn: Turn, _host: Host) -> None:
        bench.files()["a.md"] = "not allowed"
        raise BackendError("the model is overloaded")

    async with bench.life(script):
        info = await bench.execute(mode=Mode.PLAN)
    assert (info.state, info.reason) == (TurnState.FAILED, Reason.MODE)
    assert (info.leftover, bench.files()) == (Leftover.DROPPED, {"index.md": "# Hello"})


async def test_what_a_plan_changed_beside_the_work_of_somebody_is_left_to_them(
    bench: Bench,
) -> None:
    async def script(_turn: Turn, host: Host) -> None:
        await host.emit(FileChanged("a.md", "modified"))

    bench.files()["a.md"] = "by hand"
    async with bench.life(script):
        info = await bench.execute(mode=Mode.ANALYZE)
    assert (info.state, info.leftover) == (TurnState.FAILED, Leftover.OFFERED)
    assert bench.files()["a.md"] == "by hand"


async def test_a_plan_offers_nothing_that_was_there_before(bench: Bench) -> None:
    bench.files()["a.md"] = "by hand"
    long = Endless()
    async with bench.life(long):
        turn = await bench.start(mode=Mode.PLAN)
        await long.begun.wait()
        info = await bench.cancel(turn)
    assert (info.state, info.leftover, info.saved) == (TurnState.CANCELLED, None, None)
    assert info.error == "it was cancelled"
