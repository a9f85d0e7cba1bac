"""Turns by the simulation, some threads at once, each on a site with a preview."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.endurance.promise import Promise, exactly
from tests.soak.hearing import Hearing
from tests.soak.load import Load
from tests.soak.world import address
from tests.whole.daemon import git

PLAN_EVERY = 10  # turns of a thread: one that changes nothing
AGAIN_EVERY = 20  # one that is asked for twice, as by a client that did not hear the answer
UNDO_EVERY = 50  # one that is taken back


class Turns(Load):
    """Every turn is answered as committed, ends once by its journal and by the stream of events,
    and what it changed is one commit.
    """

    name = "turns"

    def prepare(self) -> None:
        for worker in range(self.workers):
            self.world.open(f"t{worker}")
        self._hearing = Hearing(self.world, "/v1/events")
        self._asked: set[str] = set()
        self._committed: set[str] = set()
        self._undone = 0

    @property
    def listing(self) -> str:
        return f"{address('t0')}/turns?limit=50"

    def work(self, worker: int, share: int) -> None:
        where = address(f"t{worker}")
        for number in self.rounds(share):
            plan = number % PLAN_EVERY == PLAN_EVERY - 1
            body = {
                "instruction": f"change the heading of the home page to {worker}-{number}",
                "mode": "plan" if plan else "execute",
            }
            key = f"{worker}-{number}"
            with self.one():
                turn = self._turn(f"{where}/turns?wait=1", body, key)
            if turn["state"] != "committed" or plan is not (turn["commit"] is None):
                raise AssertionError(f"turn {number} of t{worker}: {turn}")
            with self._lock:
                self._asked.add(turn["id"])
                if turn["commit"]:
                    self._committed.add(turn["id"])
            if number % AGAIN_EVERY == 0:
                again = self._turn(f"{where}/turns", body, key)
                if again["id"] != turn["id"]:
                    raise AssertionError(f"asked for twice, done twice: {turn} {again}")
            if number % UNDO_EVERY == 1:
                self.world.good("POST", f"{where}/turns/{turn['id']}/undo", {})
                with self._lock:
                    self._undone += 1

    def _turn(self, path: str, body: object, key: str) -> dict[str, Any]:
        return self.world.good("POST", path, body, {"Idempotency-Key": key})["turn"]

    def promises(self) -> Iterator[Promise]:
        began, ended = Counter[str](), Counter[str]()
        gaps = 0
        commits: list[str] = []
        for worker in range(self.workers):
            journal = self.world.home / f".claude/threads/t{worker}.jsonl"
            for number, line in enumerate(journal.read_text().splitlines(), 1):
                event = json.loads(line)
                gaps += event["id"] != number
                began[event.get("turn", "")] += event["type"] == "turn.started"
                ended[event.get("turn", "")] += event["type"] == "turn.finished"
            log = git(self.world.home / "project", "log", "--format=%B", f"thread-t{worker}")
            commits += re.findall(r"^Turn-ID: (\S+)", log, re.MULTILINE)
        heard = self._hearing.finished(len(self._asked))
        asked = len(self._asked)
        yield exactly("turns that began once, and ended once", _once(began & ended), asked)
        yield exactly("turns that began or ended more than once", _more(began | ended), 0)
        yield exactly("turns whose end was told, once", _once(heard), asked)
        yield exactly("events that are missing in a journal", gaps, 0)
        yield exactly(
            "turns with one commit",
            _once(Counter(commits) & Counter(self._committed)),
            len(self._committed),
        )
        yield exactly(
            "commits of turns and their undoing", len(commits), len(self._committed) + self._undone
        )


def _once(counts: Counter[str]) -> int:
    return sum(number == 1 for number in counts.values())


def _more(counts: Counter[str]) -> int:
    return sum(number > 1 for number in counts.values())
