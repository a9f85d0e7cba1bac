"""What every agent backend keeps to. A backend's tests make a class of it, with a fixture `bench`:

    class TestSimulation(BackendContract):
        @pytest.fixture
        def bench(self, tmp_path: Path) -> Bench: ...

A backend that asks a model takes `ModelContract` of `model_contract.py`, with a `ModelBench`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import trio

from services.agent.backend import BackendError, BudgetExceeded, Decision
from services.messages import (
    BackendEvent,
    FileChanged,
    Mode,
    TextDelta,
    ToolStarted,
    Used,
)
from tests.services.agent.bench import (
    EASY,
    Bench,
    Edit,
    Fail,
    Say,
    Spend,
    Stall,
    Write,
    cancelled,
    carried_out,
)
from tests.services.agent.cancel_contract import CancelContract
from tests.services.agent.recorder import Recorder
from tests.services.agent.sites import ABOUT, FILES, INDEX, PAGE, PRICES, Worktree, worktree

TECHNICAL = re.compile(r"Traceback|\w(?:Error|Exception)\b|<[\w.]+ object|\n\s+at |0x[0-9a-f]{6}")


def refuse(_tool: str, _summary: str) -> Decision:
    return Decision(allowed=False, reason="not on a Sunday")


class BackendContract(CancelContract):
    async def test_a_file_is_edited(self, bench: Bench, site: Worktree):
        bench.expect("Greet politely", *EASY)
        told = await carried_out(bench, site, site.turn("Greet politely"))
        assert told.changes == [(INDEX, "modified")]
        assert site.text(INDEX) == FILES[INDEX].replace("Hello", "Good day")
        assert told.text.count("The heading says Good day.") == 1
        assert [each.ok for each in told.finished][-1]
        assert any(INDEX in each.summary for each in told.events if isinstance(each, ToolStarted))

    async def test_a_file_is_added(self, bench: Bench, site: Worktree):
        bench.expect("Add prices", Write(PRICES, PAGE), Say("There is a page."))
        told = await carried_out(bench, site, site.turn("Add prices"))
        assert told.changes == [(PRICES, "added")]
        assert site.text(PRICES) == PAGE

    async def test_several_steps_are_told_in_their_order(self, bench: Bench, site: Worktree):
        bench.expect(
            "Do three things",
            Say("First the page."),
            Write("src/pages/new/deep.astro", PAGE),
            Say("Then the heading."),
            Edit(INDEX, "Hello", "Hi"),
            Edit(ABOUT, "ferns", "palms"),
            Say("That is all."),
        )
        told = await carried_out(bench, site, site.turn("Do three things"))
        assert told.changes == [
            ("src/pages/new/deep.astro", "added"),
            (INDEX, "modified"),
            (ABOUT, "modified"),
        ]
        order = [
            told.text.index(each)
            for each in ("First the page.", "Then the heading.", "That is all.")
        ]
        assert order == sorted(order)
        kinds = [type(each) for each in told.events if isinstance(each, TextDelta | FileChanged)]
        assert kinds[0] is TextDelta
        assert kinds[-1] is TextDelta

    async def test_what_is_said_comes_in_pieces_and_changes_nothing(
        self, bench: Bench, site: Worktree
    ):
        answer = "Your site has two pages, a heading on each of them, and it grows ferns: “schön”."
        bench.expect("What is there?", Say(answer))
        told = await carried_out(bench, site, site.turn("What is there?"))
        assert told.changes == []
        assert told.text == answer
        assert len([each for each in told.events if isinstance(each, TextDelta)]) > 1

    @pytest.mark.parametrize("mode", [Mode.PLAN, Mode.ANALYZE])
    async def test_some_modes_change_nothing_even_if_the_agent_tries(
        self, bench: Bench, site: Worktree, mode: Mode
    ):
        bench.expect("Plan it", Write(PRICES, PAGE), Edit(INDEX, "Hello", "Hi"), Say("I would."))
        told = await carried_out(bench, site, site.turn("Plan it", mode=mode))
        assert told.changes == []
        assert not (site.root / PRICES).exists()
        assert site.text(INDEX) == FILES[INDEX]
        assert "I would." in told.text

    # What it may do

    async def test_what_a_person_refuses_is_not_done(self, bench: Bench, site: Worktree):
        bench.expect("Add prices", Write(PRICES, PAGE), Say("I could not."))
        told = Recorder(site.root, decide=refuse)
        await carried_out(bench, site, site.turn("Add prices"), told)
        assert told.changes == []
        assert not (site.root / PRICES).exists()
        assert any(PRICES in summary for _, summary in told.asked)
        assert [each.ok for each in told.finished if each.ok] == []
        assert told.text

    async def test_what_a_person_allows_is_done_then_and_not_before(
        self, bench: Bench, site: Worktree
    ):
        early: list[str] = []

        def allow(_tool: str, summary: str) -> Decision:
            if PRICES in summary and (site.root / PRICES).exists():
                early.append(summary)
            return Decision(allowed=True)

        bench.expect("Add prices", Write(PRICES, PAGE), Say("Done."))
        told = Recorder(site.root, decide=allow)
        await carried_out(bench, site, site.turn("Add prices"), told)
        assert any(PRICES in summary for _, summary in told.asked)
        assert early == []
        assert site.text(PRICES) == PAGE

    @pytest.mark.parametrize(
        "path",
        [
            "../outside/new.txt",
            "src/../../../outside/new.txt",
            "{outside}/new.txt",
            "src/out/new.txt",
            "src/out/secret.txt",
            ".env",
            "src/.env.local",
            ".git",
            ".git/hooks/post-commit",
        ],
    )
    async def test_a_path_outside_is_refused_and_the_turn_goes_on(
        self, bench: Bench, site: Worktree, path: str
    ):
        path = path.format(outside=site.outside)
        bench.expect("Break out", Write(path, "mine"), Write(PRICES, PAGE), Say("I tried."))
        told = await carried_out(bench, site, site.turn("Break out"))
        assert told.changes == [(PRICES, "added")]
        assert site.text(PRICES) == PAGE
        assert "I tried." in told.text
        assert False in [each.ok for each in told.finished]
        assert all(PRICES in text for _, text in told.asked), "asked for what is never allowed"

    # Turns beside and after one another

    async def test_two_turns_at_once_each_keep_to_their_worktree(
        self, bench: Bench, site: Worktree, tmp_path: Path
    ):
        """Each begins to speak before the other goes on: they are under way at the same time."""
        other = worktree(tmp_path, "t2")
        begun = {"t1": trio.Event(), "t2": trio.Event()}

        def meeting(mine: str) -> Recorder:
            async def meet(event: BackendEvent) -> None:
                if isinstance(event, TextDelta):
                    begun[mine].set()
                    for each in begun.values():
                        await each.wait()
                await trio.lowlevel.checkpoint()

            return Recorder((site if mine == "t1" else other).root, when_told=meet)

        bench.expect("One", Say("I begin."), Edit(INDEX, "Hello", "One"), Say("One done."))
        bench.expect("Two", Say("I begin."), Edit(INDEX, "Hello", "Two"), Say("Two done."))
        one, two = meeting("t1"), meeting("t2")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(carried_out, bench, site, site.turn("One"), one)
            nursery.start_soon(carried_out, bench, other, other.turn("Two"), two)
        assert site.text(INDEX) == FILES[INDEX].replace("Hello", "One")
        assert other.text(INDEX) == FILES[INDEX].replace("Hello", "Two")
        assert "One done." in one.text
        assert "Two done." in two.text

    async def test_a_turn_that_is_stopped_leaves_the_other_alone(
        self, bench: Bench, site: Worktree, tmp_path: Path
    ):
        other = worktree(tmp_path, "t2")
        stopped, waiting = Recorder(site.root), trio.Event()

        async def wait(event: BackendEvent) -> None:
            if isinstance(event, TextDelta):
                await waiting.wait()
            await trio.lowlevel.checkpoint()

        running = Recorder(other.root, when_told=wait)
        bench.expect("Stop me", Say("It goes on and on and"), Stall())
        bench.expect("Greet politely", Say("I begin."), *EASY)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(carried_out, bench, other, other.turn("Greet politely"), running)
            await running.until(lambda now: bool(now.text))
            await cancelled(bench, site, site.turn("Stop me"), lambda now: bool(now.text), stopped)
            waiting.set()
        assert other.text(INDEX) == FILES[INDEX].replace("Hello", "Good day")

    # Money and failures

    async def test_what_was_used_is_told(self, bench: Bench, site: Worktree):
        bench.expect("Greet politely", *EASY)
        told = await carried_out(bench, site, site.turn("Greet politely", budget=100.0))
        assert [each for each in told.events if isinstance(each, Used)]
        assert 0 <= told.cost < 100

    async def test_a_turn_ends_where_its_budget_does(self, bench: Bench, site: Worktree):
        bench.expect(
            "Be thorough",
            Say("I look at everything."),
            Edit(INDEX, "Hello", "Hi"),
            Spend(5.0),
            Write(PRICES, PAGE),
            Say("Done."),
        )
        told = Recorder(site.root)
        with pytest.raises(BudgetExceeded) as caught:
            await carried_out(bench, site, site.turn("Be thorough", budget=0.5), told)
        assert not TECHNICAL.search(str(caught.value))
        assert not (site.root / PRICES).exists()
        assert told.cost >= 5.0

    async def test_a_turn_ends_where_the_host_says_that_a_budget_does(
        self, bench: Bench, site: Worktree
    ):
        bench.expect("Be thorough", Edit(INDEX, "Hello", "Hi"), Spend(5.0), Say("Done."))
        told = Recorder(site.root, limit=0.5)
        with pytest.raises(BudgetExceeded, match="the day's budget is used up"):
            await carried_out(bench, site, site.turn("Be thorough"), told)

    async def test_a_failure_is_told_as_a_person_understands_it(self, bench: Bench, site: Worktree):
        bench.expect("Fail", Say("I begin."), Edit(INDEX, "Hello", "Hi"), Fail())
        with pytest.raises(BackendError) as caught:
            await carried_out(bench, site, site.turn("Fail"))
        assert not isinstance(caught.value, BudgetExceeded)
        said = str(caught.value)
        assert 10 < len(said) < 400
        assert "\n" not in said
        assert not TECHNICAL.search(said)
        assert site.text(INDEX) == FILES[INDEX].replace("Hello", "Hi")

    async def test_after_a_failure_the_next_turn_works(self, bench: Bench, site: Worktree):
        bench.expect("Fail", Write(PRICES, PAGE), Fail())
        bench.expect("Greet politely", *EASY)
        with pytest.raises(BackendError):
            await carried_out(bench, site, site.turn("Fail"))
        told = await carried_out(bench, site, site.turn("Greet politely", id="turn-2"))
        assert told.changes == [(INDEX, "modified")]
