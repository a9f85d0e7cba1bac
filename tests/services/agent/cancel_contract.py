"""What every agent backend keeps to when it is cancelled; a part of `contract.py`."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio

from services.agent.backend import Decision
from services.messages import ToolStarted
from tests.services.agent.bench import EASY, Bench, Say, Stall, Write, cancelled, carried_out
from tests.services.agent.recorder import Recorder
from tests.services.agent.sites import ABOUT, FILES, INDEX, PAGE, PRICES, Worktree, worktree

LINE = "  <p>Everything has its price, and this page is long.</p>\n"
LARGE = f"<main>\n{LINE * 500}</main>\n"


class CancelContract:
    @pytest.fixture
    def site(self, tmp_path: Path) -> Worktree:
        return worktree(tmp_path)

    async def test_it_is_cancelled_in_the_middle_of_its_words(self, bench: Bench, site: Worktree):
        bench.expect("Tell me more", Say("It was a dark and stormy night and"), Stall())
        told = Recorder(site.root)
        await cancelled(bench, site, site.turn("Tell me more"), lambda now: bool(now.text), told)
        assert told.changes == []

    async def test_it_is_cancelled_while_nothing_comes(self, bench: Bench, site: Worktree):
        bench.expect("Tell me more", Say("It was a dark and stormy night and"), Stall())
        told = Recorder(site.root)
        turn = site.turn("Tell me more")
        await cancelled(bench, site, turn, lambda now: "night and" in now.text, told, still=True)
        assert told.changes == []

    async def test_it_is_cancelled_after_an_edit_and_the_edit_stays(
        self, bench: Bench, site: Worktree
    ):
        bench.expect("Edit on", Write(PRICES, PAGE), Say("And now"), Stall())
        told = Recorder(site.root)
        turn = site.turn("Edit on")
        await cancelled(bench, site, turn, lambda now: "And now" in now.text, told, still=True)
        assert told.changes == [(PRICES, "added")]
        assert site.text(PRICES) == PAGE

    async def test_it_is_cancelled_in_the_middle_of_a_tool_and_the_file_is_whole(
        self, bench: Bench, site: Worktree
    ):
        bench.expect("Write much", Write(ABOUT, LARGE), Say("Done."))
        told = Recorder(site.root)
        turn = site.turn("Write much")
        await cancelled(
            bench, site, turn, lambda now: any(isinstance(e, ToolStarted) for e in now.events), told
        )
        assert site.text(ABOUT) in (FILES[ABOUT], LARGE)

    async def test_it_is_cancelled_while_somebody_is_asked(self, bench: Bench, site: Worktree):
        async def never() -> Decision:
            await trio.sleep_forever()
            raise AssertionError

        bench.expect("Ask first", Write(PRICES, PAGE), Say("Done."))
        told = Recorder(site.root, decide=lambda _tool, _summary: never())
        turn = site.turn("Ask first")
        await cancelled(bench, site, turn, lambda now: bool(now.asked), told, still=True)
        assert not (site.root / PRICES).exists()

    async def test_after_a_cancel_the_next_turn_works(self, bench: Bench, site: Worktree):
        bench.expect("Stop me", Write(PRICES, PAGE), Say("And now"), Stall())
        bench.expect("Greet politely", *EASY)
        told = Recorder(site.root)
        await cancelled(bench, site, site.turn("Stop me"), lambda now: bool(now.changes), told)
        told = await carried_out(bench, site, site.turn("Greet politely", id="turn-2"))
        assert told.changes == [(INDEX, "modified")]
        assert "The heading says Good day." in told.text
