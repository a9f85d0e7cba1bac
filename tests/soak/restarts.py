"""Dev servers that come and go: instances of the template made, started, ended and forgotten."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Iterator
from typing import Any

from tests.endurance.promise import Promise, exactly
from tests.soak.load import Load
from tests.soak.world import address

OF_A_THREAD = 20  # starts, before its thread is deleted and another takes its place
WITHIN = 60.0  # seconds for a server to come up
LOOK = 0.01


class Restarts(Load):
    """Every second one is the restart of a server that runs; in between the preview is closed, and
    nothing is left of its instance. A thread that had its share is deleted, with its branch.
    """

    name = "restarts"

    def prepare(self) -> None:
        """The site is cloned, and what it needs is installed."""
        self.world.open("churn")
        self.world.good("POST", f"{address('churn')}/preview", {})
        self._until_ready(f"{address('churn')}/preview")
        self._delete("churn")

    def work(self, worker: int, share: int) -> None:
        thread = ""
        for number in self.rounds(share):
            if number % OF_A_THREAD == 0:
                self._delete(thread)
                thread = f"churn-{worker}-{number // OF_A_THREAD}"
                self.world.open(thread)
            where = f"{address(thread)}/preview"
            again = number % 2 == 1
            with self.one():
                self.world.good("POST", f"{where}/restart" if again else where, {})
                self._look(self._until_ready(where))
            if again:
                self.world.good("DELETE", where)
                gone, _ = self.world.ask("GET", where)
                if gone != 404:
                    raise AssertionError(f"{where} was closed, and still there: {gone}")
        self._delete(thread)

    def _until_ready(self, where: str) -> str:
        """The id of the preview that is ready now."""
        deadline = time.monotonic() + WITHIN
        while (preview := self._preview(where))["state"] != "ready":
            if preview["state"] == "failed" or time.monotonic() > deadline:
                raise AssertionError(f"{where} did not come up: {preview}")
            time.sleep(LOOK)
        return preview["id"]

    def _look(self, preview: str) -> None:
        """Open its page, as a browser does at the preview's own host name."""
        port = self.world.hmr_port
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/", headers={"Host": f"{preview}.localhost:{port}"}
        )
        with urllib.request.urlopen(request, timeout=WITHIN) as answer:
            if b"<h1" not in answer.read():
                raise AssertionError(f"{preview} shows no page of its own")

    def _preview(self, where: str) -> dict[str, Any]:
        return self.world.good("GET", where)["preview"]

    def _delete(self, thread: str) -> None:
        if thread:
            self.world.good("DELETE", f"{address(thread)}?branch=1")

    def promises(self) -> Iterator[Promise]:
        status = self.world.status()
        left = [name for name in status if name.startswith("astro@churn-")]
        yield exactly("instances that are left", len(left), 0)
        previews = self.world.good("GET", "/v1/previews")["previews"]
        left = [one["id"] for one in previews if one["threadId"].startswith("churn-")]
        yield exactly("previews that are left", len(left), 0)


class AstroRestarts(Restarts):
    """The same with Astro itself."""

    name = "restarts of Astro"
    workers = 1
