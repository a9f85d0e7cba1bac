"""SIGTERM in the middle of requests, an upload and streams: they end, or are told, in time."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import pytest

from tests.whole.clients import GOODBYE, Caller, connect, head, heard, listen, rest
from tests.whole.daemon import Daemon, processes_with, until

pytestmark = pytest.mark.system

AT = "/v1/threads/acme/ada/first"
SCRIPT = """
[[rule]]
when = "slowly"
steps = [{ say = "I take my time." }, { pause = 300.0 }]
"""
WITHIN = 15.0  # seconds; the configuration has 25 for the whole daemon


def test_whoever_is_in_the_middle_of_something_is_told(tmp_path: Path, cache: Path) -> None:
    script = tmp_path / "script.toml"
    script.write_text(SCRIPT)
    with Daemon(tmp_path, cache, AGENT_SCRIPT=str(script)) as daemon:
        ids = {"clientId": "acme", "userId": "ada", "threadId": "first"}
        assert daemon.post("/api/init", {**ids, "empty": True})[0] == 200
        asked = {**ids, "instruction": "do it slowly"}
        executes = Caller(lambda: daemon.post("/api/execute", asked))
        until("a turn", lambda: daemon.get(f"{AT}/turns")[1]["turns"])
        waits = Caller(lambda: daemon.post(f"{AT}/turns?wait=1", {"instruction": "slowly too"}))
        until("two turns", lambda: len(daemon.get(f"{AT}/turns")[1]["turns"]) == 2)
        streams = [
            listen(daemon, path)
            for path in (
                *(f"{AT}/events", f"{AT}/live", "/v1/transfers", "/v1/previews"),
                "/v1/services/events",
            )
        ]
        with connect(daemon) as upload, connect(daemon) as silent, connect(daemon) as idle:
            upload.sendall(head(daemon, "POST", f"{AT}/turns", "Content-Length: 100000") + b"{")
            idle.sendall(head(daemon, "GET", "/health/live"))
            heard(idle, b"alive")
            # Anything that came before it has been taken up now.
            assert daemon.get("/health/live")[0] == 200
            began = time.monotonic()
            assert daemon.end(signal.SIGTERM) == 0
            assert time.monotonic() - began < WITHIN
            lines, _, body = rest(upload).partition(b"\r\n\r\n")
            assert (rest(silent), rest(idle)) == (b"", b"")
        assert lines.startswith(b"HTTP/1.1 503")
        assert "send it again when it is back" in json.loads(body)["detail"]
        assert all(stream.ended().endswith(GOODBYE) for stream in streams)

        # Both are told which turn it is, and find it again.
        (status, told), (code, problem) = executes.ended(), waits.ended()
        assert (status, code) == (503, 503)
        assert "the server is stopping" in told["error"]
        assert "the server is stopping" in problem["detail"]
        assert processes_with(str(daemon.folder)) == []
        daemon.start()
        known = {turn["id"] for turn in daemon.get(f"{AT}/turns")[1]["turns"]}
        assert known == {told["turn"]["id"], problem["turn"]["id"]}
        assert daemon.get(f"{AT}/turns/{told['turn']['id']}")[1]["turn"]["state"] == "interrupted"
