"""Somebody's product, whose pages have the studio or a preview in them: another origin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

Served = Callable[[], tuple[str, str]]  # its media type, and what is in it


@contextmanager
def product(frame: str) -> Iterator[str]:
    """A page of another site with that address in a frame; the page's own address."""
    page = f'<!doctype html><title>A product</title><iframe src="{frame}"></iframe>'
    with serving({"/": lambda: ("text/html", page)}) as port:
        yield f"http://127.0.0.1:{port}/"


@contextmanager
def serving(pages: dict[str, Served], policy: Callable[[], str] = str) -> Iterator[int]:
    """A server of these pages, by their paths; its port. `policy` is their content security policy.

    A real server: what a test answers itself is a public page, which may not open local ones.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = pages.get(self.path.partition("?")[0])
            kind, text = page() if page is not None else ("text/plain", "there is no such page")
            self.send_response(404 if page is None else 200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(text.encode())))
            if said := policy():
                self.send_header("Content-Security-Policy", said)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
