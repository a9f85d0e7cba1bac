"""What tests/conftest.py promises for the whole run."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import TOOL_MARKERS

Require = Callable[[str], Path]


def test_a_program_that_is_there_is_found(require: Require):
    assert require("sh").is_absolute()


def test_a_missing_program_skips_the_test(require: Require, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("NURSERYD_TESTS_REQUIRE_ALL", raising=False)
    with pytest.raises(pytest.skip.Exception, match="cannot find no-such-program"):
        require("no-such-program")


def test_a_missing_program_fails_the_test_where_all_are_required(
    require: Require, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("NURSERYD_TESTS_REQUIRE_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="cannot find no-such-program"):
        require("no-such-program")


def test_children_do_not_learn_which_tool_runs_the_tests():
    assert [name for name in os.environ if TOOL_MARKERS.match(name)] == []
