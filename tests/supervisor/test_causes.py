from __future__ import annotations

import signal

import pytest

from supervisor.causes import matches, problem, signal_named


@pytest.mark.parametrize(
    ("cause", "codes"),
    [
        (0, {0}),
        (255, {255}),
        ("7", {7}),
        ("101-103", {101, 102, 103}),
        ("5-5", {5}),
        ("TERM", {-15}),
        ("sigsegv", {-11}),
        ("SIGRTMIN", {-signal.SIGRTMIN}),
    ],
)
def test_a_cause_is_these_ends_and_no_others(cause: int | str, codes: set[int]):
    assert problem(cause) is None
    assert {code for code in range(-64, 256) if matches([cause], code)} == codes


def test_one_of_several_is_enough_and_of_none_no_one():
    assert matches((1, "10-19", "KILL"), -9)
    assert not matches((1, "10-19", "KILL"), 9)
    assert not matches((), 0)


@pytest.mark.parametrize(
    ("cause", "text"),
    [
        (256, "are 0 to 255"),
        (-9, "no exit code"),
        ("", "no exit code"),
        ("SIG", "no exit code"),
        ("NOPE", "no exit code"),
        ("1-", "no exit code"),
        ("1-2-3", "no exit code"),
        ("1_0", "no exit code"),
        ("²", "no exit code"),
        (" 1", "no exit code"),
        ("1-256", "are 0 to 255"),
        ("9-7", "write 7-9"),
    ],
)
def test_what_no_program_could_end_like_is_said(cause: int | str, text: str):
    trouble = problem(cause)
    assert trouble is not None
    assert text in trouble
    assert repr(cause) in trouble


def test_signals_go_by_either_name_in_either_case():
    assert signal_named("hup") is signal_named("SIGHUP") is signal.SIGHUP
    assert signal_named("SIG_DFL") is None
    assert signal_named("15") is None
