"""Whoever reads a log to its end: how many lines came, and what it says of those that did not.

Run as `python -I -S tally.py FILE`, with JSON objects as lines on stdin: those of the daemon's
log, of `nurseryctl logs --json`, or of `nurseryctl events --json`. FILE then has the result.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import Any

lines: Counter[str] = Counter()  # that came, of each service
reached: Counter[str] = Counter()  # the number of the last that came, or was said to be missed
untold: Counter[str] = Counter()  # that neither came before the next one nor were said to
lost: Counter[str] = Counter()  # as the daemon's log counts them
events: Counter[str] = Counter()  # of the daemon's own
restarts: dict[str, int] = {}  # the last that was heard of each service

for text in sys.stdin.buffer:
    record: dict[str, Any] = json.loads(text)
    match record:
        case {"stream": _, "service": service, "sequence": number}:
            lines[service] += 1
            if reached[service]:
                untold[service] += number - reached[service] - 1
            reached[service] = number
        case {"missed": number, "service": service}:
            reached[service] += number
        case {"event": event}:
            events[event] += 1
            if event == "log lines lost":
                lost[record["service"]] += record["lost"]
        case {"snapshot": statuses}:
            restarts |= {status["name"]: status["restarts"] for status in statuses}
        case {"now": {"name": service, "restarts": number}}:
            restarts[service] = number
        case _:
            pass

with open(sys.argv[1], "w") as file:
    counters = {"lines": lines, "untold": untold, "lost": lost, "events": events}
    json.dump(counters | {"restarts": restarts}, file)
