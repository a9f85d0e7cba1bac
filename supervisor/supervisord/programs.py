"""A [program:x] as services of ours: one for each of its processes."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct, field

from supervisor import toml
from supervisor.policy import backoff
from supervisor.spec import Backoff, Budget
from supervisor.supervisord.expansion import CLOSE, OPEN, Expansion, variable, written
from supervisor.supervisord.logfiles import KEYS as LOG_KEYS
from supervisor.supervisord.logfiles import log
from supervisor.supervisord.note import Note
from supervisor.supervisord.options import (
    Options,
    boolean,
    exit_codes,
    integer,
    octal,
    signal_name,
    variables,
)
from supervisor.supervisord.reading import Section

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
MOST_RESTARTS = 10_000
LONGEST_START = 30.0  # our start_timeout
SPARE = 10.0  # seconds that a start may take longer than it should
RESTARTS = {True: "always", False: "never", None: None}  # by autorestart; None is "unexpected"
PRIORITY = 999

# A variable by itself between spaces: what supervisord would split into words.
WORD = re.compile(rf"(?<!\S){OPEN}(\w+){CLOSE}(?!\S)")


class Shared(Struct, frozen=True):
    """What [supervisord] says for all programs."""

    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    user: str | None = None
    umask: str | None = None
    directory: str | None = None
    strip_ansi: bool = False


class Service(Struct, frozen=True):
    """A table of the TOML. `stop_timeout` is in seconds, `group` the one that it is a member of."""

    name: str
    section: str
    group: str
    priority: int
    autostart: bool
    stop_timeout: float
    content: dict[str, object]


def translate(
    section: Section,
    group: str,
    shared: Shared,
    expansion: Expansion,
    notes: list[Note],
    name_for: Callable[[str, str], str],
) -> list[Service]:
    """The services of a program. `name_for` gives a process of a group the name that it can have.

    Nothing comes of one without a command, which supervisord refuses too.
    """
    expansion = expansion.having(program_name=section.name, group_name=group)
    options = Options(section, expansion, notes)
    count = options.value("numprocs", integer, 1)
    first = options.value("numprocs_start", integer, 0)
    pattern = section.options.get("process_name", section.name)
    options.ignore("process_name")
    if count > 1 and "%(process_num)" not in pattern:
        options.note("process_name", "does not tell the processes apart: a number was added")
        pattern += "_%(process_num)02d"
    services: list[Service] = []
    for number in range(first, first + count):
        own = expansion.having(process_num=number, numprocs=count)
        service = _process(options, group, pattern, shared, own, name_for)
        if service is None:
            break
        services.append(service)
    options.given(NOTED)
    for key in ("stopasgroup", "killasgroup"):
        if not options.value(key, boolean, default=True):
            options.note(key, "a stop is always for the whole process group")
    if section.kind == "fcgi-program":
        options.ignore("socket", "socket_backlog", "socket_owner", "socket_mode")
    options.ignore(*(f"{stream}_{key}" for stream in ("stdout", "stderr") for key in LOG_KEYS))
    options.rest()
    return services


NOTED = {"serverurl": "SUPERVISOR_SERVER_URL is set for nobody; NURSERYD_SERVICE is"}


def _process(
    options: Options,
    group: str,
    pattern: str,
    shared: Shared,
    expansion: Expansion,
    name_for: Callable[[str, str], str],
) -> Service | None:
    environment = options.marked("environment", variables, {}, expansion)
    expansion = expansion.defining(environment)
    command = _command(options, expansion)
    if command is None:
        return None
    try:
        named = expansion.resolve(expansion.expand(pattern))
    except ValueError as error:
        options.note("process_name", str(error), lost=True)
        named = options.section.name
    name = name_for(named.strip(), group)
    if name != named.strip():
        options.note("process_name", f"{named.strip()!r} is {name!r} here")
    autostart = options.later("autostart", boolean, default=True)
    timeout = options.later("stopwaitsecs", integer, 10)
    content: dict[str, object] = {
        "kind": "process",
        "command": [written(word) for word in command],
        "directory": _written(options.text("directory", expansion) or shared.directory),
        "user": _written(options.text("user", expansion) or shared.user),
        "umask": options.value("umask", octal, "") or shared.umask,
        "environment": {
            name: written(text) for name, text in {**shared.environment, **environment}.items()
        }
        or None,
        "autostart": None if autostart is True else _later(autostart),
        **_restarts(options),
        "stop_signal": _unless("TERM", options.value("stopsignal", signal_name, "TERM")),
        "stop_timeout": _unless(5, _later(timeout)),
        "log": log(options, expansion, strip_ansi=shared.strip_ansi) or None,
    }
    return Service(
        name,
        options.section.title,
        group,
        options.value("priority", integer, PRIORITY),
        autostart is not False,
        float(timeout) if isinstance(timeout, int) else 10.0,
        {key: value for key, value in content.items() if value is not None},
    )


def _command(options: Options, expansion: Expansion) -> list[str] | None:
    """supervisord splits it as a shell would, and runs no shell (its `get_execv_args`)."""
    text = options.text("command", expansion) or ""
    words = options.marked("command", _split, [], expansion)
    if not words:
        options.note("command", "there is none, so there is no service", lost=True)
        return None
    if several := list(dict.fromkeys(WORD.findall(text))):
        options.note("command", _one_argument(several, words))
    return words


def _one_argument(names: Sequence[str], words: Sequence[str]) -> str:
    whole = {variable(name): f"${name}" for name in names}
    line = " ".join(whole.get(word) or shlex.quote(written(word)) for word in words)
    return (
        f"{' and '.join(whole.values())} is one argument; where it holds several words, write"
        f" command = {toml.value(['sh', '-c', f'exec {line}'])}"
    )


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise ValueError(f"cannot be split into words: {error}") from None


def _restarts(options: Options) -> dict[str, object]:
    """When it starts again, and when it counts as up.

    RUNNING means at supervisord that it lived for `startsecs`, which here is ready after a delay.
    `startretries` are the starts in a row that may fail; ours count within a period, which is
    made long enough that as many failures as that fit into it. Lives that were long enough are
    restarted by our own rules.
    """
    seconds = options.value("startsecs", integer, 1)
    again = options.value("autorestart", _autorestart, None)
    codes = options.value("exitcodes", exit_codes, [0])
    retries = options.value("startretries", integer, 3)
    content: dict[str, object] = {"restart": RESTARTS[again]}
    if codes != [0]:
        content["success"] = codes
    if "startretries" in options and again is False:
        options.note("startretries", "what is never restarted is not started again either")
    elif "startretries" in options:
        content["budget"] = _budget(options, retries, seconds)
    if seconds > 0:
        content["ready"] = {"delay": seconds}
    if seconds >= LONGEST_START:
        content["start_timeout"] = seconds + SPARE
    return content


def _budget(options: Options, retries: int, seconds: int) -> dict[str, object] | None:
    restarts = min(max(retries, 1), MOST_RESTARTS)
    if restarts != retries:
        options.note(
            "startretries",
            f"is {restarts} here: restarts after a good start count too, up to {MOST_RESTARTS}",
        )
    waits = sum(backoff(Backoff(), n) for n in range(1, restarts + 1))
    period = max(Budget().period, math.ceil(waits + restarts * max(seconds, 0) + SPARE))
    budget = Budget(restarts=restarts, period=period)
    return None if budget == Budget() else {"restarts": restarts, "period": int(period)}


def _autorestart(text: str) -> bool | None:
    return None if text.lower() == "unexpected" else boolean(text)


def _written(text: str | None) -> str | None:
    return None if text is None else written(text)


def _later(value: object) -> object:
    return written(value) if isinstance(value, str) else value


def _unless(default: object, value: object) -> object:
    return None if value == default else value
