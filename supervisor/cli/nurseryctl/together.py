"""One call for each of several services, side by side."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from supervisor.socket.client import Rejected

T = TypeVar("T")
WORKERS = 32


def each(
    call: Callable[[str], T], names: Sequence[str], workers: int | None = None
) -> list[tuple[str, T | Rejected]]:
    """What each call gave, or the refusal of it, in the order of `names`.

    Any other exception ends it, and is raised here. An interrupt does not wait for the calls
    that are under way: the daemon goes on with them.
    """
    given: dict[str, T | Rejected] = {}
    failures: list[Exception] = []
    todo = iter(names)
    lock = threading.Lock()

    def work() -> None:
        while not failures:
            with lock:
                name = next(todo, None)
            if name is None:
                return
            try:
                given[name] = call(name)
            except Rejected as refusal:
                given[name] = refusal
            except Exception as error:  # it is raised where somebody waits
                failures.append(error)

    threads = [
        threading.Thread(target=work, daemon=True)
        for _ in range(min(workers or WORKERS, len(names)))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return [(name, given[name]) for name in names]
