"""The product as its users have it: the API and the preview at an address."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


def until(what: str, look: Callable[[], T | None], seconds: float = 60.0) -> T:
    """Look again and again until there is something to see; fail after so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds:g} s")
        time.sleep(0.05)


class Product:
    """Asks the API and looks at the preview; whoever inherits from it runs a daemon there."""

    address: str
    api_port: int
    hmr_port: int
    token: str

    # The API, as a client of the original uses it.

    def get(self, path: str) -> tuple[int, Any]:
        return self._api(urllib.request.Request(f"http://{self.address}:{self.api_port}{path}"))

    def post(self, path: str, body: object) -> tuple[int, Any]:
        return self._api(
            urllib.request.Request(
                f"http://{self.address}:{self.api_port}{path}",
                data=json.dumps(body).encode(),
                headers={"Content-Type": "application/json"},
                method="POST",
            )
        )

    def ask(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        return self._api(
            urllib.request.Request(
                f"http://{self.address}:{self.api_port}{path}",
                data=None if body is None else json.dumps(body).encode(),
                headers={"Content-Type": "application/json"} | (headers or {}),
                method=method,
            )
        )

    def text(self, path: str, accept: str) -> str:
        """A page of the API that is no JSON."""
        request = urllib.request.Request(
            f"http://{self.address}:{self.api_port}{path}",
            headers={"Accept": accept, "Authorization": f"Bearer {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read().decode()

    def first_event(self, path: str) -> str:
        """The first of a stream of server-sent events."""
        request = urllib.request.Request(
            f"http://{self.address}:{self.api_port}{path}",
            headers={"Authorization": f"Bearer {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return "".join(line.decode() for line in iter(answer.readline, b"\n"))

    def _api(self, request: urllib.request.Request) -> tuple[int, Any]:
        request.add_header("Authorization", f"Bearer {self.token}")
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.status, None if answer.status == 204 else json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def init(self, thread: str = "first", **more: str) -> dict[str, Any]:
        body = {"clientId": "acme", "userId": "ada", "threadId": thread, **more}
        status, answer = self.post("/api/init", body)
        assert status == 200, answer
        return answer

    def execute(self, instruction: str, thread: str = "first") -> dict[str, Any]:
        ids = {"clientId": "acme", "userId": "ada", "threadId": thread}
        status, answer = self.post("/api/execute", {"instruction": instruction, **ids})
        assert status == 200, answer
        return answer["result"]

    # The preview.

    @property
    def preview(self) -> str:
        return f"http://{self.address}:{self.hmr_port}/"

    def page(self, path: str = "") -> tuple[int, str]:
        try:
            with urllib.request.urlopen(self.preview + path, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def shown(self, text: str, path: str = "", seconds: float = 180.0) -> str:
        """Wait until the preview shows a text; the page."""

        def look() -> str | None:
            status, page = self.page(path)
            return page if status == 200 and text in page else None

        return until(f"a page with {text!r}", look, seconds)
