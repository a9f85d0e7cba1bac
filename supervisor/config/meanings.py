"""What each key means, in a line, for editors; config/README.md says the same in tables."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from supervisor.spec import (
    Backoff,
    Budget,
    CauseBudget,
    GroupSpec,
    HealthSpec,
    Log,
    ProcessSpec,
    Ready,
    Schedule,
    ServiceSpec,
    Settings,
    Target,
    TaskSpec,
)

MEANINGS: Mapping[type[Struct], Mapping[str, str]] = {
    Settings: {
        "socket": "The path of the control socket.",
        "include": "More files, as globs beside this one.",
        "http": "An address that answers /health and /metrics to anybody who reaches it.",
        "shutdown_timeout": "Seconds for the whole stop.",
        "log": "What the log is written as: auto is console on a terminal, else JSON.",
        "log_level": "The least level that is logged; children write at info.",
        "secrets": "Variables whose values are shown nowhere and that no child inherits unasked.",
        "redact": "Regular expressions of what else no log shows.",
        "retired": "Variables that nobody reads, and what takes their place: a warning if set.",
    },
    ServiceSpec: {
        "kind": "process, a program, or task, a coroutine of this Python.",
        "requires": "Services that are started with it; it waits until each is ready, or as asked.",
        "wants": "As requires, but it goes on without one that will not come.",
        "after": "As requires, but nothing is started for it.",
        "restarts_with": "Those of requires whose new life means a new life for this one.",
        "autostart": "Start it with the daemon.",
        "essential": "When it ends for good, so does the daemon.",
        "schedule": "When to start it again and again.",
        "restart": "After which ends to start it again.",
        "backoff": "Waits between restarts; none after a life of stable_after.",
        "budget": "How many restarts within how many seconds; one more and it is FATAL.",
        "limits": "Budgets of their own for ends with some causes.",
        "stable_after": "Seconds of being ready that make a life a healthy one.",
        "start_timeout": "Seconds to get ready.",
        "stop_timeout": "Seconds to end in before it is killed.",
    },
    TaskSpec: {
        "run": "The coroutine, as package.module:function.",
        "control": "Whether it may ask the supervisor to start, stop and show services.",
        "logs": "Whether it may read what other services write.",
        "sends": "Streams that it writes to.",
        "receives": "Streams that it reads from.",
        "asks": "Desks where it asks.",
        "answers": "Desks where it answers.",
        "publishes": "Boards that it writes on.",
        "watches": "Boards that it reads.",
        "options": "What its function takes.",
    },
    ProcessSpec: {
        "command": "The program and its arguments, each a text of its own; never a shell string.",
        "directory": "Where it runs.",
        "user": "Whom it runs as, by name or number; their groups come along.",
        "group": "The group that it runs as, by name or number.",
        "umask": "Its umask, in octal, as a text: 027.",
        "rlimits": "Limits of setrlimit(2) in small letters, each one value or soft and hard;"
        " core is 0 unless set.",
        "nice": "Its niceness.",
        "oom_score": "How gladly the kernel kills it for memory.",
        "environment": "What is added to its environment.",
        "environment_files": "Files of NAME=value lines below that; one after a - may be missing.",
        "environment_allow": "The only variables that it inherits; unset, all of them.",
        "stdin": "null, pipe (what nurseryctl write writes), or a file.",
        "listen": "Sockets that stay open through every restart, handed over as LISTEN_FDS.",
        "log": "What becomes of what it writes.",
        "reports": "A stream that takes each line of its stdout that is a JSON object.",
        "ready": "When it counts as ready: one of http, tcp, exec, log, delay, notify and fd.",
        "watchdog": "The longest silence, in seconds, between two WATCHDOG=1.",
        "success": "The ends that are good ones: exit codes, ranges (10-19), signals (TERM).",
        "stop_signal": "The signal that asks it to stop, sent to its whole group.",
    },
    Backoff: {
        "first": "Seconds before the first restart.",
        "factor": "How many times longer each wait is than the one before.",
        "limit": "The longest wait, in seconds.",
        "jitter": "The share of the wait that chance may take off.",
    },
    Budget: {
        "restarts": "So many restarts are allowed.",
        "period": "Within so many seconds.",
    },
    CauseBudget: {
        "causes": "The ends that count: exit codes, ranges (10-19), signals (SEGV).",
    },
    Schedule: {
        "every": "Seconds between two starts.",
        "cron": "The five fields of cron.",
        "timezone": "The time zone of cron, as Europe/Berlin; without it, the machine's.",
        "at_start": "Start it with the daemon too.",
    },
    Log: {
        "daemon": "Its lines are records in the daemon's log.",
        "file": "A file that takes them as they are, stderr too unless that has its own.",
        "error_file": "A file for stderr alone.",
        "max_bytes": "A file of that size is put aside; 0 means never.",
        "backups": "So many files that were put aside are kept.",
        "strip_ansi": "Leave out the terminal's colours.",
    },
    Target: {
        "http": "A URL that answers with a status from 200 to 399.",
        "tcp": "An address, host:port, that takes a connection.",
        "exec": "A program with its arguments that exits with 0.",
        "any_status": "An HTTP answer counts whatever its status is.",
    },
    Ready: {
        "log": "A regular expression that a line of its output matches.",
        "delay": "So many seconds have passed.",
        "notify": "It says READY=1, as sd_notify does.",
        "fd": "It writes a newline to this descriptor, as s6 has it.",
        "every": "Seconds between two looks.",
    },
    HealthSpec: {
        "service": "Whom it checks; a template means each of its instances.",
        "level": "What it speaks of; until those of startup have passed no other check is made.",
        "period": "Seconds between two looks.",
        "timeout": "Seconds for one look, no longer than the period.",
        "grace": "Failures within so many seconds of getting ready do not count.",
        "failures": "So many failures in a row change the verdict.",
        "successes": "So many successes in a row change the verdict.",
        "on_unhealthy": "What to do then.",
    },
    GroupSpec: {
        "members": "Its services, in order.",
        "strategy": "Who else begins anew when one of them does after it broke.",
    },
}


def meaning(table: type[Struct], key: str) -> str:
    """Of a key of a table, or of a base of that."""
    found = [text for base in table.__mro__ if (text := MEANINGS.get(base, {}).get(key))]
    assert found, f"{__name__} has no text for the key {key!r} of {table.__name__}"
    return found[0]
