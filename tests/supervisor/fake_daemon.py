"""A control socket with canned answers, in threads: the shapes are those of the real one."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import Any


def status(name: str = "web", **facts: object) -> dict[str, Any]:
    """A ServiceStatus as JSON has it."""
    return {
        "name": name,
        "kind": "process",
        "group": "",
        "state": "RUNNING",
        "ready": True,
        "healthy": None,
        "reason": "",
        "note": "",
        "failed": False,
        "pid": None,
        "exit_code": None,
        "restarts": 0,
        "since": 1000.0,
        "started": 1000.0,
        "ended": None,
        "ready_after": None,
        "gone_after": None,
        "next_restart": None,
        "next_start": None,
        "essential": False,
        "parameters": {},
        **facts,
    }


def line(text: str, service: str = "web", sequence: int = 1, **facts: object) -> dict[str, Any]:
    """A Line of output as JSON has it."""
    return {
        "service": service,
        "stream": "stdout",
        "pid": 7,
        "sequence": sequence,
        "at": 1000.0 + sequence,
        "text": text,
        "partial": False,
        **facts,
    }


class Reply:
    """One answer. `records` make it a stream, that stays open until `release` if `hold`;
    `raw` is sent instead of HTTP.
    """

    def __init__(
        self,
        body: object = None,
        status: int = 200,
        *,
        records: list[object] | None = None,
        hold: bool = False,
        text: str | None = None,
        raw: bytes | None = None,
    ) -> None:
        self.body, self.status, self.records, self.text, self.raw = body, status, records, text, raw
        self.hold = hold


class FakeDaemon(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, path: str) -> None:
        self.path = path
        self.replies: dict[str, list[Reply]] = {}
        self.asked: list[tuple[str, bytes]] = []
        self.release = threading.Event()
        self.held = threading.Event()
        super().__init__(path, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who hung up in the middle is no news: a traceback would stand among what is looked at."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def on(self, what: str, *replies: Reply | object) -> None:
        """`what` is as in "GET /v1/services"; the last reply is given again and again."""
        self.replies[what] = [r if isinstance(r, Reply) else Reply(r) for r in replies]

    def services(self, *services: dict[str, Any]) -> None:
        self.on("GET /v1/services", {"services": list(services)})
        for service in services:
            self.on(f"GET /v1/services/{service['name']}", {"service": service})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FakeDaemon

    def log_message(self, *_: object) -> None: ...

    def address_string(self) -> str:
        return "unix"

    def _answer(self) -> None:
        what = f"{self.command} {self.path}"
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append((what, body))
        replies = self.server.replies.get(what)
        if replies is None:
            reply = Reply({"error": f"there is no {what}"}, 404)
        else:
            reply = replies.pop(0) if len(replies) > 1 else replies[0]
        self.close_connection = True
        if reply.raw is not None:
            self.wfile.write(reply.raw)
        elif reply.records is not None:
            self._stream(reply)
        else:
            text = json.dumps(reply.body) if reply.text is None else reply.text
            data = text.encode()
            self.send_response(reply.status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    do_GET = do_POST = do_DELETE = _answer  # noqa: N815

    def _stream(self, reply: Reply) -> None:
        assert reply.records is not None
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for record in reply.records:
            data = json.dumps(record).encode() + b"\n"
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
            self.wfile.flush()
        if reply.hold:
            self.server.held.set()
            self.server.release.wait()
        self.wfile.write(b"0\r\n\r\n")


@contextmanager
def fake_daemon(directory: Path) -> Iterator[FakeDaemon]:
    with FakeDaemon(str(directory / "s")) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.release.set()
            server.shutdown()
            thread.join()
