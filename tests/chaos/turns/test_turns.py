"""The same run in a size that takes half a minute, and that it fails when it should."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.turns.journals import Journal
from tests.chaos.turns.mutants import MUTANTS
from tests.chaos.turns.tally import Tally
from tests.chaos.turns.trial import Trial

SEED = 20261128
TURNS = 12


@pytest.mark.system
def test_no_turn_is_lost_or_done_twice_or_half_whoever_is_killed(tmp_path: Path) -> None:
    tally = Tally()
    defects = Trial(SEED, threads=3, within=tmp_path).go(TURNS, tally)
    assert not defects, "\n".join(defects)
    assert tally.ends.total() == TURNS
    assert tally.kills["daemon"]


@pytest.mark.system
def test_a_service_that_runs_again_what_ran_is_found_out(tmp_path: Path) -> None:
    (run,) = (run for run in MUTANTS if run.endswith("runs_again_what_ran"))
    assert Trial(SEED, threads=3, run=run, within=tmp_path).go(TURNS, Tally())


def test_a_journal_with_a_gap_or_half_a_line_in_it_is_found_out() -> None:
    assert Journal(b'{"id":1,"type":"a"}\n{"id":2,"type":"b"}\n{"id":3').wrong == []
    assert Journal(b'{"id":1,"type":"a"}\n{"id":3,"type":"b"}\n').wrong
    assert Journal(b'{"id":1,"ty\n{"id":2,"type":"b"}\n').wrong


def test_a_turn_that_ends_twice_or_goes_on_after_its_end_is_found_out() -> None:
    begun = (
        b'{"id":1,"type":"turn.queued","turn":"a","idempotency_key":"k"}\n'
        b'{"id":2,"type":"turn.started","turn":"a"}\n'
    )
    end = b'{"id":3,"type":"turn.finished","turn":"a","state":"committed"}\n'
    assert [*Journal(begun + end).misshapen()] == []
    again = Journal(begun + end + end.replace(b'"id":3', b'"id":4'))
    assert [*again.misshapen()] == ["a has finished 2 times"]
    late = Journal(begun + end + b'{"id":4,"type":"commit","turn":"a","hash":"h"}\n')
    assert late.wrong == ["4: commit of a after its end"]
