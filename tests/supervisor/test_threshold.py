import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.health.threshold import Tally, count


def verdicts(results, failures=3, successes=2):
    tally, seen = Tally(), []
    for letter in results:
        tally = count(tally, letter == "y", failures=failures, successes=successes)
        seen.append({True: "Y", False: "N", None: "?"}[tally.healthy])
    return "".join(seen)


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ("y", "Y"),  # the first success says healthy at once
        ("nnn", "??N"),  # failures add up: unknown is no alarm
        ("nny", "??Y"),
        ("ynnn", "YYYN"),
        ("ynnynn", "YYYYYY"),  # in a row
        ("nnnyy", "??NNY"),
        ("nnnynyy", "??NNNNY"),
    ],
)
def test_so_many_results_in_a_row_turn_the_verdict(results, expected):
    assert verdicts(results) == expected


@given(st.text("yn", max_size=40), st.integers(1, 4), st.integers(1, 4))
def test_a_verdict_turns_only_after_enough_results_against_it(results, failures, successes):
    before = "?"
    for at, now in enumerate(verdicts(results, failures, successes)):
        if now != before:
            needed = failures if now == "N" else 1 if before == "?" else successes
            assert at + 1 >= needed
            assert set(results[at + 1 - needed : at + 1]) == {"n" if now == "N" else "y"}
        before = now
