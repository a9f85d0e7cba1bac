"""The services of a real daemon, commanded and read over HTTP."""

from __future__ import annotations

import json
import random
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.whole.daemon import CONFIG, Daemon, until

pytestmark = pytest.mark.system

SECRET = "not-for-any-log"
COUNT = 10_000
# In bursts, so that a reader that is dropped is sometimes late and sometimes not.
WRITER = f"""
import time
print("{SECRET}")
for number in range({COUNT}):
    print(number)
    if number % 50 == 49:
        time.sleep(0.01)
time.sleep(1000)
"""


@pytest.fixture
def daemon(tmp_path: Path, cache: Path) -> Iterator[Daemon]:
    config = tmp_path / "nurseryd.toml"
    command = json.dumps([sys.executable, "-u", "-c", WRITER])
    config.write_text(
        f'[supervisor]\ninclude = ["{CONFIG}"]\n'
        f'[service.writer]\nkind = "process"\ncommand = {command}\nautostart = false\n'
    )
    with Daemon(tmp_path, cache, config=config, GITHUB_TOKEN=SECRET) as daemon:
        yield daemon
        assert daemon.end() == 0


class Events:
    """One connection to a stream of events, read as slowly as the test wants."""

    def __init__(self, daemon: Daemon, path: str, last: str | None = None) -> None:
        self._socket = socket.create_connection(("127.0.0.1", daemon.api_port), timeout=30)
        resume = f"Last-Event-ID: {last}\r\n" if last else ""
        self._socket.sendall(
            f"GET {path} HTTP/1.0\r\nAccept: text/event-stream\r\n{resume}"
            f"Authorization: Bearer {daemon.token}\r\n\r\n".encode()
        )
        self._file = self._socket.makefile("rb")
        assert b" 200 " in self._file.readline()
        while self._file.readline() != b"\r\n":
            pass

    def __iter__(self) -> Iterator[tuple[str, str, Any]]:
        """Each event: its id, its name and what it tells."""
        event: dict[str, str] = {}
        for line in self._file:
            field, _, value = line.decode().rstrip("\n").partition(": ")
            if field in ("id", "event", "data"):
                event[field] = value
            elif not field and "event" in event:
                yield event["id"], event["event"], json.loads(event["data"])
                event = {}

    def close(self) -> None:
        self._file.close()
        self._socket.close()


def test_a_service_is_stopped_started_and_restarted(daemon: Daemon) -> None:
    def state() -> str:
        return daemon.get("/v1/services/hmr")[1]["service"]["state"]

    status, answer = daemon.post("/v1/services/hmr/stop", {})
    assert (status, answer["service"]["state"], state()) == (200, "STOPPED", "STOPPED")
    with pytest.raises(OSError):
        daemon.page()
    status, answer = daemon.post("/v1/services/hmr/start", {})
    assert (status, answer["service"]["state"], state()) == (200, "RUNNING", "RUNNING")
    assert daemon.page()[0] > 0
    before = answer["service"]["started"]
    status, answer = daemon.post("/v1/services/hmr/restart", {})
    assert (status, answer["service"]["state"]) == (200, "RUNNING")
    assert answer["service"]["started"] > before
    named = {one["name"]: one["state"] for one in daemon.get("/v1/services")[1]["services"]}
    assert named == {name: one["state"] for name, one in daemon.status().items()}


def test_the_api_begins_a_new_life_when_it_is_asked_to(daemon: Daemon) -> None:
    status, answer = daemon.post("/v1/services/api/stop", {})
    assert status == 409
    assert "nurseryctl stop api" in answer["detail"]
    before = daemon.get("/v1/services/api")[1]["service"]["started"]
    status, answer = daemon.post("/v1/services/api/restart", {})
    assert (status, answer["service"]["state"]) == (202, "STOPPING")

    def again() -> bool:
        try:
            return daemon.get("/v1/services/api")[1]["service"]["started"] > before
        except OSError:
            return False

    until("the API again", again)


def test_a_log_is_followed_through_twenty_drops_with_every_line_or_its_loss_told(
    daemon: Daemon,
) -> None:
    chance = random.Random(7)
    seen: list[int] = []
    missed = 0
    last, text = None, ""
    connections = 0
    assert daemon.post("/v1/services/writer/start", {})[0] == 200
    while text != str(COUNT - 1):
        connections += 1
        events = Events(daemon, "/v1/services/writer/logs", last)
        left = chance.randrange(1, 150) if connections <= 20 else COUNT
        for id, name, told in events:
            last = id
            if name == "missed":
                assert told["anew"] is False
                missed += told["lines"]
                continue
            seen.append(told["sequence"])
            text = told["text"]
            assert text in ("[redacted]", str(told["sequence"] - 2))
            left -= 1
            if left == 0 or text == str(COUNT - 1):
                break
        events.close()
    assert connections > 20
    assert seen == sorted(set(seen))
    assert seen[-1] == COUNT + 1
    assert len(seen) + missed == seen[-1] - seen[0] + 1
    assert SECRET not in daemon.log.read_text()


def test_who_does_not_read_holds_up_neither_the_child_nor_anybody_else(daemon: Daemon) -> None:
    idle = [Events(daemon, "/v1/services/writer/logs") for _ in range(5)]
    assert daemon.post("/v1/services/writer/start", {})[0] == 200

    def written() -> bool:
        answer = daemon.get("/v1/services/writer/logs?lines=1")[1]
        return answer["lines"][-1:] != [] and answer["lines"][-1]["text"] == str(COUNT - 1)

    until("the last line", written, 30)
    for events in idle:
        events.close()


def test_a_change_of_state_is_told_as_it_happens(daemon: Daemon) -> None:
    events = Events(daemon, "/v1/services/events")
    told = iter(events)
    _, name, all_of_them = next(told)
    assert name == "snapshot"
    assert {"api", "hmr", "writer"} <= {one["name"] for one in all_of_them["services"]}
    daemon.post("/v1/services/writer/start", {})
    daemon.post("/v1/services/writer/stop", {})
    states: list[str] = []
    while states[-1:] != ["STOPPED"]:
        _, name, change = next(told)
        if change["service"]["name"] == "writer" and change["service"]["state"] not in states:
            states.append(change["service"]["state"])
    assert states == ["STARTING", "RUNNING", "STOPPING", "STOPPED"]
    events.close()


def test_a_thread_sees_what_its_preview_writes(daemon: Daemon) -> None:
    daemon.init("second")
    daemon.init()  # the one that the address of them all shows
    daemon.shown("<h1")
    page = daemon.worktree() / "src/pages/index.astro"
    source = page.read_text()
    assert source.startswith("---\n")
    page.write_text(source.replace("---\n", '---\nconsole.log("rendered " + 6 * 7);\n', 1))

    def texts(thread: str) -> list[str]:
        daemon.page()
        answer = daemon.get(f"/v1/threads/acme/ada/{thread}/preview/logs")[1]
        return [line["text"] for line in answer["lines"]]

    until("what the page logs", lambda: "rendered 42" in texts("first"), 60)
    assert "rendered 42" not in texts("second")
    status, answer = daemon.get("/v1/threads/acme/ada/none/preview/logs")
    assert (status, "none" in answer["detail"]) == (404, True)
