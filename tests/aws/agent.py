"""A stand-in for ECS's agent: the task's metadata, and its protection, over HTTP on loopback."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.aws import shapes
from tests.whole.api import until

ID = "bfa2636268144d039771334145e490c5"


class Agent:
    """Of one container, `metadata` of whose task are a service's or those of one on its own.

    `instead` is what it answers to everything, a status and bytes; `silence` is for how many
    seconds it first says nothing. `asked` is what the protection was wanted to be, and `expires`
    the minutes for which it now is, None for none.
    """

    def __init__(self, metadata: dict[str, Any], *, service: bool = True) -> None:
        self.metadata = metadata
        self.service = service
        self.instead: tuple[int, bytes] | None = None
        self.error: tuple[int, dict[str, Any]] | None = None
        self.silence = 0.0
        self.asked: list[dict[str, Any]] = []
        self.expires: int | None = None
        self.closing = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(outer.get(self.path))

            def do_PUT(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self._answer(outer.put(self.path, body))

            def _answer(self, answer: tuple[int, bytes]) -> None:
                outer.closing.wait(outer.silence)
                status, body = outer.instead or answer
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:  # who asked has given up
                    self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = False
        self.root = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def environment(self) -> dict[str, str]:
        """What the agent puts into the container's environment."""
        return {
            "ECS_CONTAINER_METADATA_URI_V4": f"{self.root}/v4/{ID}",
            "ECS_AGENT_URI": f"{self.root}/api/{ID}",
        }

    def __enter__(self) -> Agent:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def get(self, path: str) -> tuple[int, bytes]:
        if path == f"/v4/{ID}/task":
            return 200, _bytes(self.metadata)
        if path == f"/v4/{ID}":
            return 200, _bytes(self.metadata["Containers"][0])
        return 404, _bytes("V4 task metadata handler: unable to find the container")

    def put(self, path: str, body: bytes) -> tuple[int, bytes]:
        """As the agent checks what it is asked, and then ECS."""
        arn = self.metadata["TaskARN"]
        if path != f"/api/{ID}/task-protection/v1/state":
            text = "Failed to find a task for the request"
            return 404, _bytes(shapes.error("", "ResourceNotFoundException", text))
        wanted = json.loads(body)
        answer = self._answer(arn, wanted)
        self.asked.append(wanted)  # at last: who sees it looks at what became of it
        return answer

    def _answer(self, arn: str, wanted: dict[str, Any]) -> tuple[int, bytes]:
        if self.error is not None:
            status, content = self.error
            return status, _bytes(content)
        enabled = wanted.get("ProtectionEnabled")
        if not isinstance(enabled, bool) or wanted.keys() - {
            "ProtectionEnabled",
            "ExpiresInMinutes",
        }:
            text = "UpdateTaskProtection: failed to decode request"
            return 400, _bytes(shapes.error("", "InvalidParameterException", text))
        minutes = wanted.get("ExpiresInMinutes", 120)
        if not (isinstance(minutes, int) and 1 <= minutes <= 2880):
            text = "expiresInMinutes must be between 1 and 2880 minutes"
            answer = shapes.error(arn, "InvalidParameterException", text, "12345-abc-6789-0123-abc")
            return 400, _bytes(answer)
        if not self.service:
            return 200, _bytes(shapes.failure(arn, "TASK_NOT_VALID"))
        self.expires = minutes if enabled else None
        return 200, _bytes(shapes.protected(arn, enabled))

    def until_asked(self, times: int, seconds: float = 20.0) -> list[dict[str, Any]]:
        """Wait until it was asked so often for a protection; what for."""
        until(f"{times} questions", lambda: len(self.asked) >= times, seconds)
        return self.asked


def _bytes(answer: object) -> bytes:
    return json.dumps(answer).encode()
