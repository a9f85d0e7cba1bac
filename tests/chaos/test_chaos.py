"""The same run in sizes that take seconds, and that it fails when it should."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.model import Point, State, carried, created, edited, switched
from tests.chaos.mutants import MUTANTS
from tests.chaos.tally import Tally
from tests.chaos.trial import Trial

SEED = 20261128
KILLS = 16


@pytest.mark.system
def test_nothing_is_lost_or_half_done_or_left_over_wherever_the_daemon_is_killed(
    tmp_path: Path,
) -> None:
    tally = Tally()
    assert Trial(SEED, threads=4, pages=100, within=tmp_path).go(KILLS, tally, print) == []
    assert tally.kills == KILLS
    assert tally.inside


@pytest.mark.system
def test_a_service_that_saves_nothing_at_its_start_is_found_out(tmp_path: Path) -> None:
    (run,) = (run for run in MUTANTS if run.endswith("saves_nothing_at_start"))
    assert Trial(SEED, threads=4, pages=100, run=run, within=tmp_path).go(KILLS, Tally(), print)


def test_the_model_carries_what_is_uncommitted_and_sees_conflicts() -> None:
    base = {"a": "1", "b": "1"}
    assert carried(base, {"a": "2", "b": "1"}, {"a": "1", "c": "3"}) == {"a": "2", "c": "3"}
    assert carried(base, {"a": "2", "b": "1"}, {"a": "3", "b": "1"}) is None
    assert carried(base, {"a": "2", "b": "1"}, {"a": "2", "b": "1"}) == {"a": "2", "b": "1"}


def test_the_model_parks_what_is_uncommitted_and_brings_it_back() -> None:
    begun = State("one", {"one": Point({"a": "1"}, (), "hash")}, {"a": "1"}, "title")
    both = switched(created(begun, "two"), "one")
    away = switched(edited(both, "a", "2"), "two")
    assert (away.work, away.waiting) == ({"a": "1"}, {"one": {"a": "2"}})
    back = switched(away, "one")
    assert (back.work, back.waiting) == ({"a": "2"}, {})
    assert back.misfits(both) == ["files: a 2 -> 1"]
