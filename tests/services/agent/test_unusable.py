"""A backend that cannot be had fails the turns that want it, and nobody else's."""

from __future__ import annotations

import structlog

from services.agent import Options
from services.agent.backend import Backend
from services.agent.bedrock import Options as Bedrock
from services.messages import Reason, TurnState
from tests.services.agent.serving import KEY, OTHER, Bench, Endless, Scripted, quiet

MODEL = Bedrock(model="a")


async def test_a_backend_that_cannot_be_made_fails_the_turn_and_no_other(bench: Bench) -> None:
    def make(name: str) -> Backend:
        if name == "bedrock":
            raise ImportError("no module named boto3")
        return Scripted(quiet)

    options = Options(backends=("simulation", "bedrock"), bedrock=MODEL)
    with structlog.testing.capture_logs() as logs:
        async with bench.life(quiet, options, make):
            bench.files()["mine.md"] = "by hand"
            info = await bench.execute(backend="bedrock")
            assert (info.state, info.reason) == (TurnState.FAILED, Reason.BACKEND)
            assert "failed with ImportError" in str(info.error)
            assert bench.keeper[KEY].messages == []
            assert (await bench.execute(key=OTHER)).state is TurnState.COMMITTED
    assert "agent backend not made" in [entry["event"] for entry in logs]


async def test_what_waited_for_a_backend_that_is_here_no_more_fails(bench: Bench) -> None:
    long = Endless()
    async with bench.life(long, Options(backends=("simulation", "bedrock"), bedrock=MODEL)):
        await bench.start()
        await long.begun.wait()
        turn = await bench.start(backend="bedrock")
    async with bench.life(quiet):
        info = await bench.ended(turn)
        assert (info.state, info.reason) == (TurnState.FAILED, Reason.BACKEND)
        assert "here any more" in str(info.error)
        assert (await bench.execute()).state is TurnState.COMMITTED
