"""The process that searches; see `searching`. A task as JSON goes in, what is found comes out."""

from __future__ import annotations

import json
import re
import resource
import sys
from typing import Any

CPU = 5  # seconds
MEMORY = 1 << 30  # bytes


def find(task: dict[str, Any]) -> dict[str, Any]:
    try:
        pattern = re.compile(task["pattern"], re.IGNORECASE if task["ignore_case"] else 0)
    except (re.error, OverflowError, RecursionError) as error:
        return {"error": str(error)}
    lines: list[tuple[str, int, str]] = []
    for path, text in task["texts"]:
        for number, line in enumerate(text.split("\n"), 1):
            if pattern.search(line):
                if len(lines) == task["most"]:
                    return {"lines": lines, "more": True}
                lines.append((path, number, line))
    return {"lines": lines}


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    json.dump(find(json.load(sys.stdin)), sys.stdout)
