"""Each look at the whole finds what it is there to find."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.turns.kept import Down
from tests.chaos.whole.levels import HEAP, SLACK, Level, grown
from tests.chaos.whole.logs import outcries
from tests.chaos.whole.previewed import bound
from tests.chaos.whole.promises import leavings, standing, truth
from tests.chaos.whole.site import shown
from tests.chaos.whole.tree import Process, below, kind
from tests.chaos.whole.troubles import Excuse, Trouble, Troubles

DAEMON = 10
ASTRO = Process(11, DAEMON, "S", "astro")
WORKER = Process(12, 11, "S", "other")
LEVEL = Level(1, Counter(socket=20, pipe=10), servers=2, threads=4, memory=80.0)


def status(name: str, state: str, **more: Any) -> dict[str, Any]:
    kind = "process" if "@" in name else "task"
    return {"name": name, "kind": kind, "state": state, "pid": None, "healthy": None} | {
        "reason": "",
        **more,
    }


SERVED = status("astro@a", "RUNNING", pid=ASTRO.pid)


def test_a_service_that_does_not_run_or_is_unhealthy_is_found_out() -> None:
    assert [*standing([status("api", "RUNNING"), SERVED, status("astro@b", "FATAL")])] == []
    assert [*standing([status("api", "BACKOFF")])] == ["api is BACKOFF, healthy None: "]
    assert [*standing([status("api", "RUNNING", healthy=False)])]
    assert [*standing([status("astro@a", "STARTING", pid=ASTRO.pid)])]


@pytest.mark.parametrize(
    ("claim", "process"),
    [
        (SERVED, None),
        (SERVED, replace(ASTRO, state="Z")),
        (SERVED, replace(ASTRO, parent=1)),
        (status("astro@a", "RUNNING"), ASTRO),
        (status("astro@a", "STOPPED", pid=ASTRO.pid), ASTRO),
    ],
)
def test_a_service_that_claims_what_is_not_so_is_found_out(
    claim: dict[str, Any], process: Process | None
) -> None:
    assert [*truth([SERVED, status("api", "RUNNING")], {ASTRO.pid: ASTRO}, DAEMON)] == []
    processes = {} if process is None else {process.pid: process}
    assert len([*truth([claim], processes, DAEMON)]) == 1


def test_zombies_orphans_and_children_of_nobody_are_found_out() -> None:
    def left(*processes: Process) -> list[str]:
        there = {it.pid: it for it in processes}
        return [*leavings([SERVED], there, DAEMON, processes)]

    assert left(ASTRO, WORKER) == []
    assert left(ASTRO, replace(WORKER, state="Z")) == ["a zombie is left: other 12 (Z, of 11)"]
    assert left(ASTRO, Process(13, DAEMON, "S", "git")) == [
        "a child of nobody's is left: git 13 (S, of 10)"
    ]
    assert left(ASTRO, replace(WORKER, parent=1)) == ["an orphan is left: other 12 (S, of 1)"]


def test_descriptors_threads_and_memory_that_grow_are_found_out() -> None:
    assert [*grown([LEVEL], LEVEL)] == []
    more = replace(LEVEL, descriptors=LEVEL.descriptors + Counter(socket=SLACK + 1))
    assert [*grown([LEVEL], more)]
    assert [*grown([LEVEL, more], more)] == []
    assert [*grown([LEVEL], replace(more, servers=LEVEL.servers + 1))] == []
    assert [*grown([LEVEL], replace(LEVEL, threads=LEVEL.threads + SLACK + 1))]
    assert [*grown([LEVEL], replace(LEVEL, memory=LEVEL.memory + HEAP + 1))]


def test_a_turn_is_excused_by_what_it_needs_and_by_nothing_else() -> None:
    troubles = Troubles(daemon=[Down(100, 110)], model=[Down(200, 210)])
    troubles.others += [
        Trouble("astro", Down(300, 300)),
        Trouble("volume full", Down(400, 410)),
    ]
    asks, asks_nobody = Excuse(troubles, "bedrock"), Excuse(troubles, "simulation")
    nowhere = Path()
    assert asks.interrupts(105, 106)
    assert not asks.interrupts(111, 199)
    assert asks.fails(nowhere, "backend_failed", 209, 220)
    assert not asks_nobody.fails(nowhere, "backend_failed", 209, 220)
    assert not asks.fails(nowhere, "backend_failed", 299, 301)
    assert asks_nobody.fails(nowhere, "workspace_failed", 409, 420)
    assert asks.spoils(409, 420)
    assert not asks.spoils(211, 399)


def test_a_process_is_known_by_its_command_and_by_whose_child_it_is() -> None:
    assert kind(b"node\0/x/services/previews/runner.mjs\0{}") == "astro"
    assert kind(b"/x/_bundled/claude\0-p") == "cli"
    assert kind(b"node\0/x/npm-cli.js\0ci") == "install"
    assert kind(b"/usr/lib/git-core/git\0push") == "git"
    assert kind(b"esbuild") == "other"
    stranger = Process(20, 1, "S", "other")
    assert below(DAEMON, [WORKER, stranger, ASTRO]) == [ASTRO, WORKER]


def test_a_traceback_that_no_fault_explains_is_found_out() -> None:
    def told(*kinds: str) -> bytes:
        chain = [{"exc_type": kind, "exceptions": list[str]()} for kind in kinds]
        return json.dumps({"event": "broke", "exception": chain}).encode() + b"\n"

    assert [*outcries(b'{"event":"stopped"}\n' + told("OSError") + b'{"ev')] == []
    assert [*outcries(told("KeyError", "OSError"))] == []
    assert len([*outcries(told("KeyError"))]) == 1
    inner = told("ExceptionGroup").replace(b"[]", b'[{"exc_type":"KeyError"}]')
    assert "KeyError" in next(outcries(inner))
    assert [*outcries(b"Traceback (most recent call last):\n")]


def test_a_page_shows_its_lines_and_a_preview_has_its_bound() -> None:
    page = "<pre>(nothing before)\nt0-1\nt0-2\n(nothing follows)\n</pre>"
    assert shown(page) == ["t0-1", "t0-2"]
    assert shown("<h1>It is about to start</h1>") == []
    assert 60 < bound() < 300
