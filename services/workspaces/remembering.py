"""The hashes of files that stay as they are, so that none is read twice to be listed."""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

MOST = 20_000  # files of all threads together, of some 250 bytes each
# In seconds: what was changed a moment ago may be changed again without a later time, as far as
# file systems count.
SETTLED = 2.0

Identity = tuple[int, int, int, int, int]


class Hashes:
    """For several worker threads at once. `clock` gives Unix seconds."""

    def __init__(self, most: int = MOST, clock: Callable[[], float] = time.time) -> None:
        self._most = most
        self._clock = clock
        self._known: OrderedDict[Identity, str] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, status: os.stat_result, read: Callable[[], str]) -> str:
        """The hash of the file with that status, which `read` finds out where it is not known."""
        identity = _identity(status)
        with self._lock:
            if (known := self._known.get(identity)) is not None:
                self._known.move_to_end(identity)
                return known
        settled = self._clock() - status.st_ctime > SETTLED
        found = read()
        if settled:
            with self._lock:
                self._known[identity] = found
                if len(self._known) > self._most:
                    self._known.popitem(last=False)
        return found


def _identity(status: os.stat_result) -> Identity:
    """The last of it is set by the system alone, whenever anything of a file changes."""
    return (
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )
