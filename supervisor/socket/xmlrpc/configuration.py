"""What is declared of a service, as supervisord lists it: all 30 keys."""

from __future__ import annotations

import pwd
import shlex
import signal
from typing import Any

from supervisor.spec import Cause, ProcessSpec, Restart, Spec

AUTORESTART = {Restart.ALWAYS: True, Restart.ON_FAILURE: "unexpected", Restart.NEVER: False}
PRIORITY = 999  # supervisord's default: here services come in the order of what they require


def config_info(spec: Spec, group: str, *, in_use: bool) -> dict[str, Any]:
    """One struct of getAllConfigInfo; what it has no word for is "none", as there."""
    return {
        "name": spec.name,
        "group": group,
        "inuse": in_use,
        "autostart": spec.autostart,
        "autorestart": AUTORESTART[spec.restart],
        "group_prio": PRIORITY,
        "process_prio": PRIORITY,
        "startretries": spec.budget.restarts,
        "startsecs": int(spec.stable_after),
        "stopwaitsecs": int(spec.stop_timeout),
        "killasgroup": isinstance(spec, ProcessSpec),
        "serverurl": "none",
        **(_program(spec) if isinstance(spec, ProcessSpec) else _coroutine(spec)),
        **{f"{stream}_capture_maxbytes": 0 for stream in ("stdout", "stderr")},
        **{f"{stream}_events_enabled": False for stream in ("stdout", "stderr")},
        **{f"{stream}_syslog": False for stream in ("stdout", "stderr")},
    }


def _program(spec: ProcessSpec) -> dict[str, Any]:
    log = spec.log
    return {
        "command": shlex.join(spec.command),
        "directory": spec.directory or "none",
        "uid": _uid(spec.user),
        "exitcodes": [code for cause in spec.success for code in _codes(cause)],
        "stopsignal": int(signal.Signals[f"SIG{spec.stop_signal.upper().removeprefix('SIG')}"]),
        "redirect_stderr": log.file is not None and log.error_file is None,
        "stdout_logfile": log.file or "none",
        "stderr_logfile": log.error_file or "none",
        **_rotation(log.max_bytes, log.backups),
    }


def _coroutine(spec: Spec) -> dict[str, Any]:
    return {
        "command": str(getattr(spec, "run", "none")),
        "directory": "none",
        "uid": "none",
        "exitcodes": [0],
        "stopsignal": int(signal.SIGTERM),
        "redirect_stderr": False,
        "stdout_logfile": "none",
        "stderr_logfile": "none",
        **_rotation(0, 0),
    }


def _rotation(max_bytes: int, backups: int) -> dict[str, Any]:
    return {
        f"{stream}_logfile_{what}": number
        for stream in ("stdout", "stderr")
        for what, number in (("maxbytes", max_bytes), ("backups", backups))
    }


def _uid(user: str | None) -> int | str:
    if user is None:
        return "none"
    if user.isdecimal():
        return int(user)
    try:
        return pwd.getpwnam(user).pw_uid
    except KeyError:
        return "none"


def _codes(cause: Cause) -> range:
    """The exit codes of one cause; a signal has none."""
    first, _, last = str(cause).partition("-")
    if not first.isdecimal():
        return range(0)
    return range(int(first), int(last or first) + 1)
