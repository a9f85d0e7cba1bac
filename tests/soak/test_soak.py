"""The same run in sizes that take a minute, and that it fails when it should."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.soak.promises import PARTS, Seen, bound, costs, rises
from tests.soak.watching import Look, Volume

ROOT = Path(__file__).parents[2]


@pytest.mark.system
def test_a_short_run_keeps_every_promise(require: Callable[[str], Path], cache: Path):
    require("git")
    sizes = {"turns": 60, "pings": 2000, "restarts": 40, "astro": 2, "rotations": 20}
    words = [f"--{name}={number}" for name, number in sizes.items()]
    command = [sys.executable, "-m", "tests.soak", *words, "--every=0.3", f"--cache={cache}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "BROKEN" not in done.stdout
    assert "there was no time for more" not in done.stdout
    reached = dict(re.findall(r"^([\d,]+) ([\w ]+),", done.stdout, re.M))
    assert [int(number.replace(",", "")) for number in reached] == [40, 60, 20, 2020, 2]


STEADY = Look(0, 60.0, 70.0, 0.0, 30.0, 8.0, 90.0, 4.0, 0.0, 5.0, 5.0)


def seen(**rising: float) -> Seen:
    """A run of which nothing rises but what is said, by so much in a thousand."""

    def look(done: int) -> Look:
        risen = {name: getattr(STEADY, name) + by * done / 1000 for name, by in rising.items()}
        spent = 20.0 * done + rising.get("spent", 0.0) * done**2 / 2000
        return replace(STEADY, **risen | {"done": done, "spent": spent})

    looks = [look(done) for done in range(0, 10_000, 50)]
    return Seen("restarts", looks, [], [(look.done, 0.1) for look in looks])


def broken(those: Seen) -> list[str]:
    return [str(promise) for promise in rises(those) if not promise.kept]


def test_what_stays_as_it_is_breaks_no_promise():
    assert broken(seen()) == []


@pytest.mark.parametrize(
    ("what", "rise", "told"),
    [
        ("memory", 1.0, "KB of memory"),
        ("descriptors", 1.0, "descriptors"),
        ("threads", 1.0, "threads"),
        ("tasks", 2.0, "tasks"),
        ("spent", 2.0, "ms of processor for each"),
        ("zombies", 1.0, "zombies"),
    ],
)
def test_each_of_them_breaks_its_promise_when_it_rises(what: str, rise: float, told: str):
    [promise] = broken(seen(**{what: rise}))
    assert promise.startswith(f"BROKEN  {told}")


def test_less_than_its_bound_is_let_pass():
    most = bound("restarts", "KB of memory", 10_000) / 1024 / 10  # MB in a thousand
    assert broken(seen(memory=0.9 * most)) == []
    assert broken(seen(memory=1.1 * most)) != []


def test_what_a_turn_is_by_its_nature_is_no_leak_and_more_than_that_is():
    def left(files: int) -> list[Volume]:
        return [Volume(done, files * done, 2.0 * done, 3.0 * done, 0, 0) for done in (0, 1000)]

    good, leaky = (replace(seen(memory=rise), name="turns", volumes=left(5)) for rise in (5.0, 7.0))
    assert broken(good) == []
    assert len(broken(leaky)) == 1
    assert len(broken(replace(good, volumes=left(9)))) == 1


def test_what_something_costs_is_told_for_parts_of_a_run():
    found = costs(seen().looks)
    assert len(found) >= PARTS - 1
    assert {cost for _, cost in found} == {20.0}
