"""Listeners who are dropped again and again have each event once, and in order."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
import pytest
from playwright.sync_api import BrowserContext, Page

from tests.whole.cutting import Cutting, cutting
from tests.whole.daemon import Daemon, until

pytestmark = pytest.mark.system

SCRIPT = Path(__file__).with_name("events.toml")
THREADS = ("t1", "t2", "t3")
ONE = "/v1/threads/acme/ada/t1/events"
ALL = "/v1/events"
DROPS = 50  # of each stream of each listener
KILLS = (15, 35)  # after so many of them the daemon is killed, too
TYPES = ("turn.queued", "turn.started", "text.delta", "usage", "turn.finished")

Seen = list[tuple[str, str]]  # ids and data

LISTEN = """([one, all, types]) => {
  window.seen = {};
  for (const path of [one, all]) {
    const seen = (window.seen[path] = []);
    const source = new EventSource(`${path}?after=0`);
    for (const type of types)
      source.addEventListener(type, (event) => seen.push([event.lastEventId, event.data]));
  }
}"""


class Listener:
    """httpx2's EventSource, which comes back as a browser's does, by the rules of the standard."""

    def __init__(self, port: int, token: str, path: str) -> None:
        self.seen: Seen = []
        self._last = ""
        self._address = f"http://127.0.0.1:{port}{path}?after=0"
        self._token = token
        self._ended = False
        self._thread = Thread(target=self._listen, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """To be called before its connection is closed."""
        self._ended = True

    def _listen(self) -> None:
        with httpx2.Client(timeout=30, trust_env=False) as client:
            while not self._ended:
                headers = {"Authorization": f"Bearer {self._token}", "Accept": "text/event-stream"}
                if self._last:
                    headers["Last-Event-ID"] = self._last
                with (
                    suppress(httpx2.TransportError),
                    client.stream("GET", self._address, headers=headers) as response,
                ):
                    assert response.status_code == 200
                    for event in httpx2.EventSource(response):
                        self._last = event.id or self._last
                        if event.data:
                            self.seen.append((event.id, event.data))


class Tab:
    """A real browser's EventSource."""

    def __init__(self, browser: BrowserContext, way: Cutting, token: str) -> None:
        address = f"http://127.0.0.1:{way.port}"
        cookie = {"name": "nurseryd_token", "value": token, "url": address}
        context = browser.browser.new_context(bypass_csp=True)  # type: ignore[union-attr]
        context.add_cookies([cookie])  # type: ignore[list-item]
        self.page: Page = context.new_page()
        self.page.goto(f"{address}/health/live")
        self.page.evaluate(LISTEN, [ONE, ALL, TYPES])

    def seen(self, path: str) -> Seen:
        return [(id, data) for id, data in self.page.evaluate(f"window.seen['{path}']")]

    def count(self, path: str) -> int:
        return self.page.evaluate(f"window.seen['{path}'].length")


@pytest.fixture
def daemon(tmp_path: Path, cache: Path) -> Iterator[Daemon]:
    with Daemon(tmp_path, cache, AGENT_SCRIPT=str(SCRIPT)) as daemon:
        yield daemon


def journal(daemon: Daemon, thread: str) -> list[str]:
    folder = daemon.folder / ".nurseryd/workspace/acme/ada/.claude/threads"
    return (folder / f"{thread}.jsonl").read_text().splitlines()


def merged(daemon: Daemon) -> Seen:
    """What the journals have, in one order, as the stream of all threads is to have it."""
    found: list[tuple[int, dict[str, Any]]] = []
    for thread in THREADS:
        for line in journal(daemon, thread):
            event = json.loads(line)
            owner = {"clientId": "acme", "userId": "ada", "threadId": thread}
            found.append((round(event["time"] * 1_000_000), owner | event))
    found.sort(key=lambda pair: pair[0])
    return [(str(stamp), json.dumps(event)) for stamp, event in found]


def normal(seen: Seen) -> Seen:
    return [(id, json.dumps(json.loads(data))) for id, data in seen]


def begin(daemon: Daemon, turns: dict[str, str]) -> None:
    """Have a turn run in every thread."""
    for thread in THREADS:
        path = f"/v1/threads/acme/ada/{thread}/turns"
        if thread in turns:
            status, answer = daemon.get(f"{path}/{turns[thread]}")
            assert status == 200, answer
            if not answer["turn"]["ended"]:
                continue
        status, answer = daemon.post(path, {"instruction": "count", "mode": "plan"})
        assert status == 202, answer
        turns[thread] = answer["turn"]["id"]


def test_dropped_fifty_times_in_turns_and_the_daemon_killed_nobody_misses_an_event(
    daemon: Daemon, browser: BrowserContext
) -> None:
    for thread in THREADS:
        status, answer = daemon.ask("PUT", f"/v1/threads/acme/ada/{thread}", {})
        assert status == 201, answer
    with cutting(daemon.api_port, 1) as first, cutting(daemon.api_port, 2) as second:
        tab = Tab(browser, first, daemon.token)
        listeners = {path: Listener(second.port, daemon.token, path) for path in (ONE, ALL)}
        turns: dict[str, str] = {}
        kills = list(KILLS)

        def drops() -> int:
            return min(way.cuts.get(path, 0) for way in (first, second) for path in (ONE, ALL))

        def enough() -> bool:
            begin(daemon, turns)
            if kills and drops() >= kills[0]:
                kills.pop(0)
                assert daemon.end(signal.SIGKILL) == -signal.SIGKILL
                daemon.start()
                begin(daemon, turns)
            return drops() >= DROPS

        until("all to be dropped often enough", enough, 120)
        assert kills == []
        first.cutting = second.cutting = False
        until("the end of the turns", lambda: all(ended(daemon, turns)), 30)
        lines, everything = journal(daemon, "t1"), merged(daemon)
        whole = {ONE: len(lines), ALL: len(everything)}

        def complete() -> bool:
            return all(
                tab.count(path) >= whole[path] and len(listeners[path].seen) >= whole[path]
                for path in whole
            )

        with suppress(AssertionError):  # what is missing is said below
            until("all to be told", complete, 20)
        for listener in listeners.values():
            listener.end()
        for seen in (tab.seen(ONE), listeners[ONE].seen):
            assert seen == [(str(number), line) for number, line in enumerate(lines, 1)]
        for seen in (tab.seen(ALL), listeners[ALL].seen):
            assert normal(seen) == everything


def ended(daemon: Daemon, turns: dict[str, str]) -> Iterator[bool]:
    for thread, turn in turns.items():
        _, answer = daemon.get(f"/v1/threads/acme/ada/{thread}/turns/{turn}")
        yield answer["turn"]["ended"]
