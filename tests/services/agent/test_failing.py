"""Turns that fail, and those that are not taken."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import structlog
import trio
import trio.testing

from services.agent import Options
from services.agent.backend import BackendError, Host, Turn
from services.messages import (
    CommitChanges,
    Image,
    Leftover,
    ListTurns,
    Mode,
    ReadEvents,
    Reason,
    StartTurn,
    TextDelta,
    TurnState,
)
from supervisor.desk import Invalid, NotFound
from tests.services.agent.serving import KEY, OTHER, Bench, Endless, quiet

PNG = Image("image/png", b"\x89PNG\r\n\x1a\n...")


async def test_a_backend_that_gives_up_fails_the_turn_with_its_own_words(bench: Bench) -> None:
    async def script(_turn: Turn, host: Host) -> None:
        await host.emit(TextDelta("Trying"))
        bench.files()["a.md"] = "half"
        raise BackendError("the model is overloaded")

    async with bench.life(script):
        info = await bench.execute()
    assert (info.state, info.reason) == (TurnState.FAILED, Reason.BACKEND)
    assert (info.output, info.commit) == ("Trying", None)
    assert str(info.error).startswith("the model is overloaded; what was changed so far")
    assert (info.saved, info.leftover) == ("5" * 40, Leftover.OFFERED)
    assert bench.keeper[KEY].messages == []
    assert bench.journal()[-1]["error"] == info.error


async def test_a_backend_that_breaks_is_logged_and_hurts_no_other_turn(bench: Bench) -> None:
    other_may_end = trio.Event()

    async def script(turn: Turn, _host: Host) -> None:
        if turn.instruction == "break":
            async with trio.open_nursery() as nursery:
                nursery.start_soon(trio.sleep_forever)
                raise KeyError("s3cret")
        await other_may_end.wait()

    with structlog.testing.capture_logs() as logs:
        async with bench.life(script):
            other = await bench.start("wait", OTHER)
            await bench.until_running(1)
            info = await bench.execute("break")
            other_may_end.set()
            assert (await bench.ended(other, OTHER)).state is TurnState.COMMITTED
    assert info.state is TurnState.FAILED
    assert "s3cret" not in str(info.error)
    broke = [entry for entry in logs if entry["event"] == "agent backend broke"]
    assert [type(entry["exc_info"]) for entry in broke] == [ExceptionGroup]


async def test_a_turn_that_takes_too_long_fails(
    bench: Bench, autojump_clock: trio.testing.MockClock
) -> None:
    async with bench.life(Endless(), Options(turn_timeout=30.0)):
        began = trio.current_time()
        info = await bench.execute()
        assert trio.current_time() - began == pytest.approx(30)
    assert (info.state, info.reason) == (TurnState.FAILED, Reason.TIMEOUT)
    assert "longer than 30 seconds" in str(info.error)
    assert bench.keeper[KEY].messages == []


async def test_a_refused_commit_fails_the_turn(bench: Bench) -> None:
    bench.keeper.refusing[CommitChanges] = "cannot commit: the index is locked"
    async with bench.life(quiet):
        info = await bench.execute(mode=Mode.EXECUTE)
    assert info.state is TurnState.FAILED
    assert "the index is locked" in str(info.error)
    assert bench.journal()[-1]["state"] == "failed"


async def test_without_a_workspace_there_is_no_turn(bench: Bench) -> None:
    bench.keeper.unknown.add(KEY)
    async with bench.life(quiet):
        with pytest.raises(NotFound, match="open it first"):
            await bench.start()
    assert not bench.keeper.history(KEY).exists()


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        (StartTurn(KEY, " \n\t"), "instruction is empty"),
        (StartTurn(KEY, "x", backend="gpt"), "use simulation"),
        (StartTurn(KEY, "x", idempotency_key=""), "1 to 128"),
        (StartTurn(KEY, "x", images=(PNG,) * 5), "4 at most"),
        (StartTurn(KEY, "x", images=(Image("image/bmp", b""),)), "image/bmp"),
        (StartTurn(KEY, "x", images=(Image("image/png", b"GIF89a"),)), "no image/png"),
        (StartTurn(KEY, "x", images=(Image("image/webp", b"RIFF....WAVE"),)), "no image/webp"),
        (ListTurns(KEY, 0), "1 to 500"),
        (ReadEvents(KEY, -1), "-1"),
    ],
)
async def test_what_cannot_be_meant_is_refused(
    bench: Bench, request_: StartTurn, says: str
) -> None:
    async with bench.life(quiet):
        with pytest.raises(Invalid, match=says):
            await bench.ask(request_)
    assert not bench.keeper.history(KEY).exists()


async def test_text_that_is_no_unicode_does_not_break_a_turn(bench: Bench) -> None:
    async def script(_turn: Turn, _host: Host) -> None:
        bench.files()["a"] = "b"

    async with bench.life(script):
        info = await bench.execute("half a \ud83d face")
    assert info.state is TurnState.COMMITTED
    assert bench.keeper[KEY].messages == ["half a ? face"]


def remove(bench: Bench) -> None:
    for image in bench.keeper.place.glob("histories/t1.agent/images/*"):
        image.unlink()


def misname(bench: Bench) -> None:
    journal = bench.keeper.history(KEY)
    journal.write_text(journal.read_text().replace("-1.png", "-1\\u0000.png"))


@pytest.mark.parametrize("harm", [remove, misname])
async def test_an_image_that_cannot_be_read_fails_the_turn(
    bench: Bench, harm: Callable[[Bench], None]
) -> None:
    long = Endless()
    async with bench.life(long):
        await bench.start("one")
        await long.begun.wait()
        second = await bench.start("two", images=(PNG,))
    harm(bench)
    async with bench.life(quiet):
        info = await bench.ended(second)
    assert (info.state, info.reason) == (TurnState.FAILED, Reason.WORKSPACE)
    assert "cannot read an image" in str(info.error)
