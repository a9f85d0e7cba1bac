"""Who listens to the events of all threads, as a page in a browser does for a whole day."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections import Counter
from collections.abc import Iterable

from tests.whole.api import Product, until


class Hearing(threading.Thread):
    """Begins at once; ends with the daemon."""

    def __init__(self, product: Product, path: str) -> None:
        super().__init__(daemon=True)
        request = urllib.request.Request(
            f"http://{product.address}:{product.api_port}{path}",
            headers={"Authorization": f"Bearer {product.token}"},
        )
        self._stream: Iterable[bytes] = urllib.request.urlopen(request)
        self._finished = Counter[str]()
        self.start()

    def run(self) -> None:
        kind = b""
        for line in self._stream:
            name, _, value = line.rstrip().partition(b": ")
            if name == b"event":
                kind = value
            elif name == b"data" and kind == b"turn.finished":
                self._finished[json.loads(value)["turn"]] += 1

    def finished(self, number: int) -> Counter[str]:
        """How often the end of each turn was told, once so many were."""
        until("the end of every turn", lambda: self._finished.total() >= number)
        return self._finished
