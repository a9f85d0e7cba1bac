"""Asks a daemon in every way there is, and keeps each answer with the place where it was given."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import xmlrpc.client
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any

from tests.whole.daemon import Daemon

_CTL = "from supervisor.cli.nurseryctl import main; main()"
_NURSERYD = "from supervisor.__main__ import main; main()"


@dataclass
class Client:
    """`answers` are what came, with the place; of a stream, what comes within `moments` seconds."""

    daemon: Daemon
    environment: dict[str, str]
    answers: list[tuple[str, bytes]] = field(default_factory=list[tuple[str, bytes]])
    moments: float = 0.3

    # HTTP, of the API and of the previews' door.

    def ask(self, method: str, path: str, body: object = None, **more: str) -> tuple[int, Any]:
        """As the operator; the status, and what the JSON says."""
        given = {"Authorization": f"Bearer {self.daemon.token}", **_headers(more)}
        status, _, told = self.plain(method, path, body, given)
        return status, json.loads(told) if told[:1] in (b"{", b"[") else told

    def plain(
        self, method: str, path: str, body: object, headers: dict[str, str], *, door: bool = False
    ) -> tuple[int, Message, bytes]:
        """With these headers alone; the status, the headers and the body."""
        port = self.daemon.hmr_port if door else self.daemon.api_port
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        try:
            data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
            connection.request(method, path, data, {"Content-Type": "application/json", **headers})
            answer = connection.getresponse()
            told = b"".join(self._read(connection, answer))
            said = f"{answer.status}\n{answer.headers}".encode() + told
        finally:
            connection.close()
        place = path.partition("?")[0]
        self.answers.append((f"{'door' if door else 'api'}: {method} {place}", said))
        return answer.status, answer.headers, told

    def _read(
        self, connection: http.client.HTTPConnection, answer: http.client.HTTPResponse
    ) -> Iterator[bytes]:
        if "event-stream" not in answer.headers.get("Content-Type", ""):
            yield answer.read()
            return
        assert connection.sock is not None
        connection.sock.settimeout(self.moments)
        try:
            while part := answer.read1():
                yield part
        except TimeoutError:
            return

    # The control socket, as HTTP and as XML-RPC.

    def over_socket(self, method: str, path: str) -> bytes:
        connection = _Unix(self.socket)
        try:
            connection.request(method, path)
            answer = connection.getresponse()
            told = b"".join(self._read(connection, answer))
        finally:
            connection.close()
        self.answers.append((f"socket: {method} {path}", told))
        return told

    def rpc(self, method: str, *parameters: Any) -> None:
        asked = xmlrpc.client.dumps(parameters, method).encode()
        connection = _Unix(self.socket)
        try:
            connection.request("POST", "/RPC2", asked, {"Content-Type": "text/xml"})
            told = connection.getresponse().read()
        finally:
            connection.close()
        assert b"<methodResponse>" in told, told
        self.answers.append((f"rpc: {method}", told))

    @property
    def socket(self) -> str:
        return str(self.daemon.folder / ".nurseryd/nurseryd.sock")

    # Commands.

    def ctl(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        return self._run("nurseryctl", _CTL, *words)

    def nurseryd(self, *words: str, **more: str) -> subprocess.CompletedProcess[bytes]:
        return self._run("nurseryd", _NURSERYD, *words, **more)

    def _run(self, name: str, code: str, *words: str, **more: str) -> Any:
        done = subprocess.run(
            [sys.executable, "-c", code, *words],
            cwd=self.daemon.folder,
            env={**self.environment, **more},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )
        self.answers.append((f"{name}: {' '.join(words[:2])}", done.stdout + done.stderr))
        return done


class _Unix(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(self._path)


def _headers(more: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in more.items()}


def operators_shell(folder: Path) -> dict[str, str]:
    """The environment of somebody at a terminal who has no secret: only PATH and a home."""
    names = ("PATH", "LANG", "TMPDIR")
    return {"HOME": str(folder), **{name: os.environ[name] for name in names if name in os.environ}}
