"""What in place of an event listener: its events say what it is for."""

from __future__ import annotations

ADVICE = {
    "PROCESS_STATE": "nurseryctl events --json follows them; where it ended supervisord because a"
    " program was down, say essential = true there",
    "PROCESS_LOG": "every line is in the daemon's log, and in nurseryctl logs --follow --json",
    "PROCESS_COMMUNICATION": "nurseryctl logs --follow --json has every line",
    "TICK": "a service with schedule = { every = 60 }, or a check: [health.NAME] with exec",
    "SUPERVISOR_STATE": "nurseryctl events --json ends when the daemon does",
    "REMOTE_COMMUNICATION": "there is none: nobody sends such events here",
    "PROCESS_GROUP": "nurseryctl events --json says when a service comes or goes",
}


def advice(events: list[str]) -> str:
    """What does the work here, for the first of the events that there is advice for."""
    for event in events:
        for kind, text in ADVICE.items():
            if event.upper().startswith(kind):
                return f"there are no event listeners: {text}"
    return "there are no event listeners: nurseryctl events --json follows every change"
