"""A service of AWS that answers what a test wrote down, one after another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class Scripted:
    """`answers` are statuses and bodies; `asked` are the requests' lines and bodies."""

    def __init__(self, address: str, answers: list[tuple[int, str]]) -> None:
        self.address = address
        self.asked: list[tuple[str, str]] = []
        self.answers = answers


@contextmanager
def scripted(*answers: tuple[int, str]) -> Iterator[Scripted]:
    """Such a service, each of whose answers must have been asked for at the end."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            there.asked.append((f"{self.command} {self.path}", body))
            status, answer = there.answers.pop(0)
            self.send_response(status)
            # How those services that speak REST name an error.
            named = re.search(r'"ErrorCode": "(\w+)"', answer)
            if named:
                self.send_header("x-amzn-ErrorType", named[1])
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer.encode())

        do_GET = do_POST  # noqa: N815

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    there = Scripted(f"http://127.0.0.1:{server.server_address[1]}", list(answers))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield there
        assert there.answers == []
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
