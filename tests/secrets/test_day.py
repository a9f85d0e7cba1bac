"""No secret is anywhere but where it belongs, after a day of all that a daemon does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.secrets import sources
from tests.secrets.belongs import BELONGS
from tests.secrets.day import Day
from tests.secrets.marks import Marks
from tests.secrets.scanning import Found, in_bytes, in_folder

pytestmark = pytest.mark.system


@pytest.fixture(scope="session")
def found(day: Day, cache: Path) -> set[Found]:
    """Every mark in files, processes, answers, and what others were told."""
    marks = Marks({**sources.MARKS, **day.minted})
    heard = [(f"told: {ear.name}", told) for ear in day.ears for told in ear.heard]
    return {
        *in_folder(marks, day.folder),
        *in_folder(marks, cache),
        *(it for place, data in day.answers + heard for it in in_bytes(marks, data, place)),
        *in_bytes(marks, day.model, "told: the model"),
        *(it for watch in day.watches for it in watch.found(marks)),
    }


def test_no_secret_is_where_it_does_not_belong(found: set[Found]) -> None:
    assert sorted(it for it in found if not any(one.allows(it) for one in BELONGS)) == []


def test_every_place_where_one_may_be_is_one_where_it_is(found: set[Found]) -> None:
    dead = [
        (mark, one.place)
        for one in BELONGS
        for mark in one.marks
        if not any(one.allows(it) for it in found if it.mark == mark)
    ]
    assert dead == []


def test_what_is_hidden_was_said(day: Day) -> None:
    """A program told all that it had been given, and a service failed with it in its error."""
    for name in ("one", "two"):
        log = [json.loads(line) for line in (day.folder / name / "log").read_text().splitlines()]
        noisy = [it["event"] for it in log if it.get("service") == "noisy" and "pid" in it]
        assert "url postgres://db:[redacted]@db/site" in noisy
        assert any(line.startswith("environment") and "[redacted]" in line for line in noisy)
        [broken] = [it for it in log if it["event"] == "service failed"]
        assert broken["reason"].startswith("RuntimeError: refused: ")
        assert broken["reason"].count("[redacted]") >= 3
    told = [data for place, data in day.answers if place == "api: GET /v1/services/broken"]
    assert [data.count(b"[redacted]") for data in told] == [4]
    assert "token [redacted]" in noisy


def test_nothing_that_crashes_leaves_its_memory_behind(day: Day) -> None:
    """A dev server and a daemon did, where nobody had forbidden it."""
    seen = [it for watch in day.watches for it in watch.seen.values()]
    assert {it.core for it in seen} == {"0"}
    assert {"nurseryd", "agent: claude", "astro@", "noisy"} <= {it.role for it in seen}
    assert [path for path in day.folder.rglob("core*") if path.is_file()] == []
