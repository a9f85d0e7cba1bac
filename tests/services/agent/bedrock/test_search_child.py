"""The process that searches has limits of its own, for when nobody ends it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest

from services.agent.bedrock import search_child

TASK = {"pattern": "(a|a)*b", "ignore_case": False, "texts": [("a", "a" * 64)], "most": 5}
LIMITED = f"""
import runpy, resource
limit = resource.setrlimit
resource.setrlimit = lambda which, _: limit(which, (1, 1)) if which == resource.RLIMIT_CPU else None
runpy.run_path({search_child.__file__!r}, run_name="__main__")
"""


@pytest.mark.system
def test_it_is_ended_when_it_has_worked_for_too_long():
    done = subprocess.run(
        [sys.executable, "-c", LIMITED], input=json.dumps(TASK).encode(), timeout=30, check=False
    )
    assert done.returncode in (-signal.SIGXCPU, -signal.SIGKILL)


def test_what_it_finds():
    texts = [("a.md", "one\ntwo\n"), ("b.md", "TWO")]
    task = {"pattern": "two", "ignore_case": True, "texts": texts, "most": 1}
    assert search_child.find(task) == {"lines": [("a.md", 2, "two")], "more": True}
    assert search_child.find(task | {"most": 5})["lines"] == [
        ("a.md", 2, "two"),
        ("b.md", 1, "TWO"),
    ]
    assert "error" in search_child.find(task | {"pattern": "("})


@pytest.mark.parametrize(
    ("place", "shown"), [(0, "0123456789…"), (40, "…8901234567…"), (99, "…0123456789")]
)
def test_of_a_long_line_it_shows_what_is_around_the_place(
    place: int, shown: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(search_child, "WIDEST", 10)
    assert search_child.around("0123456789" * 10, place) == shown
    assert search_child.around("short", 2) == "short"
