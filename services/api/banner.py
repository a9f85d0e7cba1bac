"""What a person at the terminal reads when the API is ready."""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import urlsplit

_EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}


def is_read() -> bool:
    """Whether a person is at the other end of stdout, and not what keeps a log."""
    return sys.stdout.isatty()


def reachable(address: str) -> str:
    """`address` as one can open it: a server on every interface is reached on loopback."""
    parts = urlsplit(address)
    host = _EVERY_ADDRESS.get(parts.hostname or "")
    return f"{parts.scheme}://{host}:{parts.port}" if host else address


def banner(address: str, preview: str, token: str, file: Path | None) -> str:
    """The addresses to open and where the token is, after the manner of Jupyter."""
    lines = [
        "",
        "    nurseryd is ready. Open this page to begin:",
        "",
        f"        {reachable(address)}/?token={token}",
        "",
        "    The preview of the site is at",
        "",
        f"        {preview}",
        "",
    ]
    if file is not None:
        lines += [f"    The token is also in {file.absolute()}; the next start makes another.", ""]
    return "\n".join(lines)
