"""Where supervisord puts what a program writes, as our table `log`."""

from __future__ import annotations

import re
from collections.abc import Callable

from supervisor.supervisord.expansion import Expansion, variable, written
from supervisor.supervisord.options import Options, boolean, integer, size

# supervisord's own stdout, which is where a container's log comes from.
OURS = re.compile(r"/dev/(std(out|err)|fd/[12]|docker-std(out|err))|/proc/(self|1)/fd/[12]")
AUTO, NONE, DAEMON = "auto", "none", "daemon"
# Events of what is written have no effect but on event listeners, which are noted themselves.
KEYS = ("logfile", "logfile_maxbytes", "logfile_backups", "syslog", "events_enabled")
MOST_BACKUPS = 1000
DEFAULTS = {"max_bytes": 50 * 1024**2, "backups": 10}


def home(path: str) -> str:
    """supervisord expands `~`; here the variable does it."""
    return f"{variable('HOME')}{path[1:]}" if path.startswith("~/") else path


def destination(text: str | None) -> str:
    """`auto`, `none`, `daemon` (its own log) or a path."""
    if text is None or text.lower() == "auto":
        return AUTO
    if text.lower() in ("none", "off", "/dev/null"):
        return NONE
    if text.lower() == "syslog" or OURS.fullmatch(text):
        return DAEMON
    return written(home(text))


def _is_file(place: str) -> bool:
    return place not in (AUTO, NONE, DAEMON)


def log(options: Options, expansion: Expansion, *, strip_ansi: bool) -> dict[str, object]:
    """The table, without what it has by default.

    AUTO, which is a file that supervisord makes up and removes, becomes the lines that the daemon
    keeps. Both streams go where our one switch says, so some mixtures come out as a little more
    than was asked for; that is noted.
    """
    redirect = options.value("redirect_stderr", boolean, default=False)
    out = destination(options.text("stdout_logfile", expansion))
    error = destination(options.text("stderr_logfile", expansion))
    for stream in ("stdout", "stderr"):
        _without_counterpart(options, stream)
    if redirect:
        error = out
    file = out if _is_file(out) else None
    error_file = error if _is_file(error) and error != out else None
    to_daemon = out in (AUTO, DAEMON) or error == DAEMON or (error == AUTO and file is None)
    if file and error_file is None and error != out:
        options.note("stderr_logfile", f"stderr is in {file} too; error_file names another file")
    elif (out == NONE) != (error == NONE) and to_daemon:
        options.note("stdout_logfile", "one stream alone is not dropped: both are logged")
    if to_daemon and (file or error_file):
        options.note("stdout_logfile", "what is in a file is in the daemon's log as well")
    table: dict[str, object] = {"file": file, "error_file": error_file}
    if not to_daemon:
        table = {"daemon": False, **table}
    if file or error_file:
        table |= _rotation(options, both=bool(file and error_file), first=bool(file))
    if strip_ansi:
        table["strip_ansi"] = True
    return {key: value for key, value in table.items() if value is not None}


def _without_counterpart(options: Options, stream: str) -> None:
    syslog = options.value(f"{stream}_syslog", boolean, default=False)
    if syslog or options.section.options.get(f"{stream}_logfile", "").lower() == "syslog":
        options.note(
            f"{stream}_syslog",
            "there is no syslog: the lines are in the daemon's log, for the journal or a shipper",
            lost=True,
        )
    if options.value(f"{stream}_capture_maxbytes", size, 0) > 0:
        options.note(
            f"{stream}_capture_maxbytes",
            "nothing is captured between tags; read the lines: nurseryctl logs --json",
            lost=True,
        )


def _rotation(options: Options, *, both: bool, first: bool) -> dict[str, object]:
    def of(key: str, read: Callable[[str], int], default: int) -> int:
        streams = ("stdout", "stderr")
        found = [options.value(f"{stream}_logfile_{key}", read, default) for stream in streams]
        if both and found[0] != found[1]:
            options.note(f"stderr_logfile_{key}", "both files have the one of stdout")
        return found[0] if first else found[1]

    table = {
        "max_bytes": of("maxbytes", size, DEFAULTS["max_bytes"]),
        "backups": of("backups", integer, DEFAULTS["backups"]),
    }
    if table["backups"] > MOST_BACKUPS:
        table["backups"] = MOST_BACKUPS
        options.note("stdout_logfile_backups", f"at most {MOST_BACKUPS} are kept")
    return {key: value for key, value in table.items() if value != DEFAULTS[key]}
