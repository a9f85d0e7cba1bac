"""Another server is told what a real daemon did, whatever becomes of either."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from services.posting.signing import headers as signed
from tests.whole.daemon import CONFIG, Daemon, until

pytestmark = pytest.mark.system

SECRET = "whsec_" + base64.b64encode(b"a key of 24 bytes, or so").decode()
IDLE = 20


class Receiver:
    """Somebody else's server; while `status` is 500 it takes nothing."""

    def __init__(self) -> None:
        self.status = 204
        self.received: list[tuple[str, dict[str, Any]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                id, moment = self.headers["webhook-id"], int(self.headers["webhook-timestamp"])
                ours = signed(id, moment, body, [SECRET])["webhook-signature"]
                assert self.headers["webhook-signature"] == ours
                # As it is now: who sees that it was received may change it.
                self.send_response(outer.status)
                self.end_headers()
                outer.received.append((id, json.loads(body)))

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/in/a-path-that-is-a-secret"
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> Receiver:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def told(self, kind: str) -> list[tuple[str, dict[str, Any]]]:
        return [(id, event) for id, event in self.received if event["type"] == kind]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def hooked(folder: Path, receiver: Receiver) -> Path:
    """The configuration with a drop-in that names the receiver."""
    config = folder / "nurseryd.toml"
    config.write_text(f'[supervisor]\ninclude = ["{CONFIG}"]\n')
    drop_in = folder / "nurseryd.toml.d" / "hooks.toml"
    drop_in.parent.mkdir()
    hook = f'url = "{receiver.url}"\nsecrets = ["${{WEBHOOK_SECRET}}"]\n'
    drop_in.write_text(f"[[service.webhooks.options.hooks]]\n{hook}")
    return config


def test_what_a_killed_container_did_not_deliver_its_next_start_does(
    tmp_path: Path, cache: Path, receiver: Receiver
) -> None:
    config = hooked(tmp_path, receiver)
    with Daemon(tmp_path, cache, config=config, WEBHOOK_SECRET=SECRET) as daemon:
        daemon.init()
        daemon.execute("change the heading of the home page to One")
        [(_, first)] = until("the first turn", lambda: receiver.told("turn.finished"))
        turn = first["data"]["turn"]
        assert turn["state"] == "committed"
        assert turn["files"] == ["src/pages/index.astro"]
        assert first["data"]["threadId"] == "first"

        receiver.status = 500
        daemon.execute("change the heading of the home page to Two")
        until("the second turn", lambda: len(receiver.told("turn.finished")) > 1)
        assert daemon.process is not None
        daemon.process.kill()
        daemon.process.wait()
        receiver.status = 204
        daemon.start()
        status, answer = 0, {}

        def delivered() -> bool:
            nonlocal status, answer
            status, answer = daemon.get("/v1/webhooks")
            return answer["webhooks"][0]["delivered"] == 1

        until("the second turn, delivered", delivered)
        ids = [id for id, _ in receiver.told("turn.finished")]
        assert len(set(ids)) == 2
        assert ids[1:] == [ids[-1]] * (len(ids) - 1)

        shown = json.dumps(answer)
        log = daemon.log.read_text()
        assert "a-path-that-is-a-secret" not in shown + log
        assert SECRET not in shown + log
        assert daemon.post("/v1/webhooks/1/test", {})[1]["delivery"]["status"] == 204
        assert daemon.end() == 0


def test_an_idle_container_says_that_it_ends(
    tmp_path: Path, cache: Path, receiver: Receiver
) -> None:
    config = hooked(tmp_path, receiver)
    variables = {"WEBHOOK_SECRET": SECRET, "AUTO_SHUTDOWN_MINUTES": "0.3"}
    with Daemon(tmp_path, cache, config=config, **variables) as daemon:
        assert daemon.process is not None
        assert daemon.process.wait(60) == IDLE
    [(_, event)] = receiver.told("idle.stop")
    assert event["data"]["reason"] == "idle for 0.3 minutes"
