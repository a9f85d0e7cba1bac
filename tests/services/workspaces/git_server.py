"""A real remote over HTTP: `git http-backend` behind a server whose manners can be changed."""

from __future__ import annotations

import base64
import os
import ssl
import subprocess
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import trio


class GitServer:
    """Serves every bare repository under `root`; each of these may change while it runs.

    `tokens` are the passwords that are let in, None lets everybody in; `guarded` is a part of the
    paths that this is about, by default of all. Who is let in is answered with `status`, sent on
    to another place by `redirect`, or to another path here by `moved`.
    `before` is called with a request's method and path, in the request's own worker thread.
    `amid` is called, there too, with half of the answer to a POST on its way. `cut` is the end of
    the paths at which a connection ends after the first bytes of a body.
    """

    def __init__(self, root: Path, tls: ssl.SSLContext | None = None) -> None:
        self.root = root
        self._scheme = "http" if tls is None else "https"
        self.tokens: set[str] | None = None
        self.guarded = ""
        self.redirect: str | None = None
        self.before: Callable[[str, str], object] = lambda _method, _path: None
        self.amid: Callable[[], None] = lambda: None
        self.cut: str | None = None
        self.status: int | None = None
        self.moved: dict[str, str] = {}
        self.asked: list[str] = []  # methods and paths
        self.authorizations: list[str] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        if tls is not None:
            self._http.socket = tls.wrap_socket(self._http.socket, server_side=True)

    @property
    def port(self) -> int:
        return self._http.server_address[1]

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"{self._scheme}://{self.host}"

    @property
    def passwords(self) -> set[str]:
        """Every password that a client has sent."""
        return {_password(value) for value in self.authorizations}

    def hook(self, name: str, script: str) -> None:
        """Have the remote ask a shell script."""
        path = self.root / "remote.git/hooks" / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    @contextmanager
    def running(self) -> Generator[GitServer]:
        thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield self
        finally:
            self._http.shutdown()
            thread.join()
            self._http.server_close()


def _password(authorization: str) -> str:
    return base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")[2]


class Gate:
    """Where a server's worker thread waits until it may go on."""

    def __init__(self) -> None:
        self._loop = trio.lowlevel.current_trio_token()
        self.reached = trio.Event()
        self._opened = threading.Event()

    def __call__(self, *_: object) -> None:
        self._loop.run_sync_soon(self.reached.set)
        self._opened.wait(10)

    def open(self) -> None:
        self._opened.set()


class Cut(Exception):
    """The connection ends here, with no answer."""


def _handler(server: GitServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle(self) -> None:
            with suppress(ConnectionError, ssl.SSLError, Cut):
                super().handle()

        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            server.asked.append(f"{self.command} {self.path}")
            if (authorization := self.headers.get("Authorization")) is not None:
                server.authorizations.append(authorization)
            server.before(self.command, self.path)
            if server.cut is not None and self.path.endswith(server.cut):
                self.rfile.read(1)
                raise Cut
            body = self._body()
            old = next((old for old in server.moved if self.path.startswith(old)), None)
            known = authorization is not None and _password(authorization) in (server.tokens or ())
            if server.tokens is not None and server.guarded in self.path and not known:
                self._reply(401, {"WWW-Authenticate": 'Basic realm="git"'})
            elif server.status is not None:
                self._reply(server.status, {})
            elif server.redirect is not None:
                self._reply(302, {"Location": server.redirect + self.path})
            elif old is not None:
                self._reply(301, {"Location": self.path.replace(old, server.moved[old], 1)})
            else:
                self._run_git(body)

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        def _run_git(self, body: bytes) -> None:
            parts = urlsplit(self.path)
            done = subprocess.run(
                ["git", "http-backend"],
                input=body,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                check=True,
                env={
                    "PATH": os.environ["PATH"],
                    "GIT_CONFIG_GLOBAL": os.devnull,
                    "GIT_CONFIG_NOSYSTEM": "1",
                    "GIT_PROJECT_ROOT": str(server.root),
                    "GIT_HTTP_EXPORT_ALL": "1",
                    "REMOTE_USER": "ann",
                    "REQUEST_METHOD": self.command,
                    "PATH_INFO": parts.path,
                    "QUERY_STRING": parts.query,
                    "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                    "CONTENT_LENGTH": str(len(body)),
                    "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                    "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                },
            )
            head, _, content = done.stdout.partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
            self._reply(int(headers.pop("Status", "200")[:3]), headers, content)

        def _reply(self, status: int, headers: dict[str, str], content: bytes = b"") -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            half = len(content) // 2
            self.wfile.write(content[:half])
            if self.command == "POST":
                server.amid()
            self.wfile.write(content[half:])

    return Handler
