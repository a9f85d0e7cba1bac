"""How a site's files are changed while somebody looks."""

from __future__ import annotations

from pathlib import Path


def write(file: Path, text: str) -> None:
    """Write in one step: Astro would read half of it."""
    whole = file.with_name(".whole")
    whole.write_text(text, encoding="utf-8")
    whole.replace(file)
