"""Where the daemon is."""

from __future__ import annotations

import os

# Where one may listen: a project's own first, then the container's.
PLACES = (".nurseryd/nurseryd.sock", "/run/nurseryd.sock")


def find(socket: str | None) -> str:
    """The path that was named, or the first place where there is something."""
    return socket or next((place for place in PLACES if os.path.exists(place)), PLACES[-1])
