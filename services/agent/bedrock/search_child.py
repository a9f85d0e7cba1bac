"""The process that searches; see `searching`. A task as JSON goes in, what is found comes out."""

from __future__ import annotations

import json
import re
import resource
import sys
from typing import Any

CPU = 5  # seconds
MEMORY = 1 << 30  # bytes
WIDEST = 300  # letters of a line that are shown


def find(task: dict[str, Any]) -> dict[str, Any]:
    try:
        flags = re.IGNORECASE if task["ignore_case"] else 0
        pattern: re.Pattern[str] = re.compile(task["pattern"], flags)
    except (re.error, OverflowError, RecursionError) as error:
        return {"error": str(error)}
    lines: list[tuple[str, int, str]] = []
    for path, text in task["texts"]:
        for number, line in enumerate(text.split("\n"), 1):
            if match := pattern.search(line):
                if len(lines) == task["most"]:
                    return {"lines": lines, "more": True}
                lines.append((path, number, around(line, match.start())))
    return {"lines": lines}


def around(line: str, place: int) -> str:
    """A line, or what of a long one is around a place in it."""
    if len(line) <= WIDEST:
        return line
    begin = max(0, min(place - WIDEST // 4, len(line) - WIDEST))
    end = begin + WIDEST
    return f"{'…' if begin else ''}{line[begin:end]}{'…' if end < len(line) else ''}"


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    json.dump(find(json.load(sys.stdin)), sys.stdout)
