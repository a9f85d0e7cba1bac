"""A service as supervisord describes a process."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from supervisor.model import State
from supervisor.socket.xmlrpc.names import Member
from supervisor.spec import ProcessSpec, Spec


def process_info(member: Member, spec: Spec | None, now: float) -> dict[str, Any]:
    """The struct of getProcessInfo. `now` is in Unix seconds."""
    status = member.status
    stdout, stderr = log_files(spec)
    return {
        "name": member.name,
        "group": member.group,
        "start": int(status.started or 0),
        "stop": int(status.ended or 0),
        "now": int(now),
        "state": status.state.number,
        "statename": status.state.value,
        "spawnerr": spawn_error(member),
        # A signal is -1 there, whichever it was.
        "exitstatus": max(status.exit_code or 0, -1),
        "logfile": stdout,
        "stdout_logfile": stdout,
        "stderr_logfile": stderr,
        "pid": status.pid or 0,
        "description": description(member, now),
    }


def spawn_error(member: Member) -> str:
    """Why the last life came to nothing, while another is awaited or none is."""
    status = member.status
    if status.state not in (State.BACKOFF, State.FATAL):
        return ""
    if status.exit_code is None:
        return status.reason
    return f"Exited too quickly ({status.reason})"


def description(member: Member, now: float) -> str:
    """The last column of `supervisorctl status`."""
    status = member.status
    match status.state:
        case State.RUNNING:
            uptime = timedelta(seconds=max(0, int(now) - int(status.started or status.since)))
            who = status.kind if status.pid is None else f"pid {status.pid}"
            return f"{who}, uptime {uptime}"
        case State.BACKOFF | State.FATAL:
            return spawn_error(member) or f'unknown error (try "tail {member.name}")'
        case State.STOPPED | State.EXITED:
            if status.started is None:
                return "Not started"
            return time.strftime("%b %d %I:%M %p", time.localtime(status.ended or status.since))
        case State.STARTING | State.STOPPING:
            return ""


def log_files(spec: Spec | None) -> tuple[str, str]:
    """Where stdout and stderr go, or nothing where that is no file."""
    if not isinstance(spec, ProcessSpec):
        return "", ""
    return spec.log.file or "", spec.log.error_file or ""
