"""What the daemon says in its log that it must not: errors, tracebacks, and what is no record."""

from __future__ import annotations

import json


def complaints(log: bytes) -> list[str]:
    """A last line that is not whole is what a kill leaves."""
    found: list[str] = []
    for line in log.split(b"\n")[:-1]:
        try:
            told = json.loads(line)
        except ValueError:
            found.append(f"the daemon says {line[:500]!r}")
            continue
        if told.get("level") in ("error", "critical") or "exception" in told:
            found.append(f"the daemon complains: {line[:2000].decode(errors='replace')}")
    return found
