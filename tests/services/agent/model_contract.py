"""What more is true of a backend that asks a model: what it is told, and what it never is."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.messages import Selection, Used
from tests.services.agent.bench import EASY, Edit, ModelBench, Read, Say, Write, carried_out
from tests.services.agent.contract import BackendContract, refuse
from tests.services.agent.recorder import Recorder
from tests.services.agent.sites import ABOUT, INDEX, PAGE, PRICES, SECRET, Worktree, worktree


def together(requests: list[str], *texts: str) -> bool:
    """Whether one request has all of these texts."""
    return any(all(text in each for text in texts) for each in requests)


class ModelContract(BackendContract):
    """The contract of a backend that asks a model."""

    async def test_a_turn_knows_the_one_before(self, bench: ModelBench, site: Worktree):
        bench.expect("Greet politely", *EASY)
        bench.expect("And now in red", Say("It is red."))
        await carried_out(bench, site, site.turn("Greet politely"))
        before = len(bench.heard())
        await carried_out(bench, site, site.turn("And now in red", id="turn-2"))
        assert together(
            bench.heard()[before:],
            "And now in red",
            "Greet politely",
            "The heading says Good day.",
        )

    async def test_a_turn_knows_nothing_of_another_thread(
        self, bench: ModelBench, site: Worktree, tmp_path: Path
    ):
        other = worktree(tmp_path, "t2")
        bench.expect("Greet politely", *EASY)
        bench.expect("And now in red", Say("It is red."))
        await carried_out(bench, site, site.turn("Greet politely"))
        before = len(bench.heard())
        await carried_out(bench, other, other.turn("And now in red"))
        heard = bench.heard()[before:]
        assert heard
        assert all("Greet politely" not in each for each in heard)

    async def test_what_was_broken_is_mended_in_the_same_conversation(
        self, bench: ModelBench, site: Worktree
    ):
        bench.expect("Greet politely", *EASY)
        bench.expect("The page cannot be shown", Edit(INDEX, "Good day", "Hi"), Say("Mended."))
        await carried_out(bench, site, site.turn("Greet politely"))
        before = len(bench.heard())
        turn = site.turn("The page cannot be shown", repair=1)
        told = await carried_out(bench, site, turn)
        assert told.changes == [(INDEX, "modified")]
        assert together(bench.heard()[before:], "Greet politely", "The page cannot be shown")

    async def test_notes_and_what_was_pointed_at_reach_the_model(
        self, bench: ModelBench, site: Worktree
    ):
        bench.expect("Make it friendlier", Say("It is."))
        turn = site.turn(
            "Make it friendlier",
            selection=Selection(INDEX, 6, 3),
            notes=("The turn before was undone.",),
        )
        await carried_out(bench, site, turn)
        assert together(bench.heard(), f"{INDEX}:6:3", "The turn before was undone.")

    async def test_why_it_was_refused_reaches_the_model(self, bench: ModelBench, site: Worktree):
        bench.expect("Add prices", Write(PRICES, PAGE), Say("I could not."))
        told = Recorder(site.root, decide=refuse)
        await carried_out(bench, site, site.turn("Add prices"), told)
        assert together(bench.heard(), "not on a Sunday")
        assert "I could not." in told.text

    @pytest.mark.parametrize(
        "path",
        [
            "../outside/secret.txt",
            "{outside}/secret.txt",
            "src/out/secret.txt",
            ".env",
            "src/../.env",
            ".git",
        ],
    )
    async def test_what_is_not_its_own_never_reaches_the_model(
        self, bench: ModelBench, site: Worktree, path: str
    ):
        path = path.format(outside=site.outside)
        bench.expect("Look around", Read(path), Read(ABOUT), Say("I looked."))
        told = await carried_out(bench, site, site.turn("Look around"))
        heard = "".join(bench.heard())
        assert "We grow ferns." in heard
        assert SECRET not in heard
        assert "gitdir:" not in heard
        assert "I looked." in told.text

    @pytest.mark.parametrize("mention", ["@../outside/secret.txt", "@.env", "@src/out/secret.txt"])
    async def test_a_path_in_an_instruction_is_only_words(
        self, bench: ModelBench, site: Worktree, mention: str
    ):
        instruction = f"Look at {mention} please"
        bench.expect(instruction, Say("I looked."))
        await carried_out(bench, site, site.turn(instruction))
        heard = "".join(bench.heard())
        assert mention in heard
        assert SECRET not in heard

    async def test_a_model_is_paid_by_the_token(self, bench: ModelBench, site: Worktree):
        bench.expect("Greet politely", *EASY)
        told = await carried_out(bench, site, site.turn("Greet politely"))
        used = [each.usage for each in told.events if isinstance(each, Used)]
        assert sum(each.output_tokens for each in used) > 0
        assert sum(each.input_tokens + each.cache_read_tokens for each in used) > 0
