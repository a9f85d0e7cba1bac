"""A way to AWS on which an answer can be held back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import Request, urlopen


class Way:
    """`url` leads to AWS. The first answer about `action` is held back until `go` is set.

    `held` is set as soon as AWS has done it.
    """

    def __init__(self, url: str, action: str) -> None:
        self.url = url
        self.action = action
        self.held = threading.Event()
        self.go = threading.Event()


@contextmanager
def holding(endpoint: str, action: str) -> Iterator[Way]:
    """A way to `endpoint` for as long as a `with` lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            names = ("Content-Type", "X-Amz-Target", "X-Amz-Date", "Authorization")
            headers = {name: self.headers[name] for name in names}
            with urlopen(Request(endpoint + self.path, body, headers)) as answer:
                kind, content = answer.headers["Content-Type"], answer.read()
            asked = headers["X-Amz-Target"].rpartition(".")[2]
            if asked == way.action and not way.held.is_set():
                way.held.set()
                way.go.wait(60)
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    way = Way(f"http://127.0.0.1:{server.server_port}", action)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield way
    finally:
        way.go.set()
        server.shutdown()
        thread.join()
        server.server_close()
