"""What this process holds open."""

from __future__ import annotations

from pathlib import Path


def held(path: Path) -> int:
    """How often it holds a file open."""
    return [entry.resolve() for entry in Path("/proc/self/fd").iterdir()].count(path.resolve())
