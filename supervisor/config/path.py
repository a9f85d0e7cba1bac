"""The way to a value: keys from the top of the TOML down, and places in lists."""

from __future__ import annotations

Path = tuple[str | int, ...]


def label(path: Path) -> str:
    """A path as messages have it: `service.web.limits[0].causes`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text
