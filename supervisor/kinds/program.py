"""From what is declared of a program to what is run: all that is looked up at its start."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack

from supervisor import listening
from supervisor.causes import problem, signal_named
from supervisor.failure import Failed
from supervisor.kinds import env_file, rlimits
from supervisor.kinds.life import Life
from supervisor.kinds.says import Says
from supervisor.readiness import unreadable
from supervisor.spawn import Identity, Program
from supervisor.spec import ProcessSpec

FIRST_LISTENED = 3  # SD_LISTEN_FDS_START
ENV_FILE_LIMIT = 1024 * 1024
# Our own surroundings, if we were started in any of these ways: they are none of a child's.
NOT_INHERITED = frozenset(
    {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}
    | {"LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"}
)


def problems(spec: ProcessSpec) -> Iterator[tuple[str, str]]:
    """Which keys cannot mean anything, and why. What may yet come to be, such as a user, is left
    to the start.
    """
    if not spec.command[0]:
        yield "command", "names no program"
    for key in ("user", "group", "directory"):
        if getattr(spec, key) == "":
            yield key, "is empty"
    if signal_named(spec.stop_signal) is None:
        yield "stop_signal", f"{spec.stop_signal!r} is no signal"
    for cause in spec.success:
        if trouble := problem(cause):
            yield "success", trouble
    for name, limit in spec.rlimits.items():
        if name not in rlimits.NAMES:
            yield f"rlimits.{name}", f"is none of {', '.join(sorted(rlimits.NAMES))}"
            continue
        try:
            rlimits.pair(limit)
        except ValueError as error:
            yield f"rlimits.{name}", str(error)
    if spec.stdin not in ("null", "pipe") and "/" not in spec.stdin:
        text = f'{spec.stdin!r} is neither "null" nor "pipe" nor the path of a file, with a /'
        yield "stdin", text
    for address in spec.listen:
        if trouble := listening.problem(address):
            yield "listen", trouble
    if len(set(spec.listen)) < len(spec.listen):
        yield "listen", "names an address twice"
    if spec.ready is not None:
        end = FIRST_LISTENED + len(spec.listen)
        if trouble := unreadable(spec.ready):
            yield "ready", trouble
        elif spec.ready.fd is not None and spec.ready.fd < end:
            yield "ready", f"descriptors up to {end - 1} are those of `listen`; use {end}"


def program_of(
    spec: ProcessSpec,
    life: Life,
    says: Says,
    who: Identity | None,
    variables: Mapping[str, str],
    handed: ExitStack,
) -> Program:
    """What to run; raises `Failed`.

    `who` and `variables` are what `identity` found. `handed` closes what is ours no longer when
    the program has been spawned.
    """
    umask = None if spec.umask is None else int(spec.umask, 8)
    sockets = life.listening.open(
        spec.name,
        spec.listen,
        mode=listening.MODE if umask is None else 0o777 & ~umask,
        owner=who.owner if who else (-1, -1),
    )
    descriptors = {FIRST_LISTENED + n: it.fileno() for n, it in enumerate(sockets)}
    protocol = {"NURSERYD_SERVICE": spec.name}
    if sockets:
        protocol["LISTEN_FDS"] = str(len(sockets))
        protocol["LISTEN_FDNAMES"] = ":".join([spec.name.replace(":", "_")] * len(sockets))
    if says.notify_at is not None:
        protocol["NOTIFY_SOCKET"] = says.notify_at
    if spec.watchdog is not None:
        # Without WATCHDOG_PID, so that it is for the program behind a shell script, too.
        protocol["WATCHDOG_USEC"] = str(round(spec.watchdog * 1e6))
    if spec.ready is not None and spec.ready.fd is not None and says.newline is not None:
        descriptors[spec.ready.fd] = says.newline.writer
    return Program(
        command=spec.command,
        environment={**_environment(spec, life, variables), **protocol},
        directory=spec.directory,
        umask=umask,
        stdin=_stdin(spec, handed),
        identity=who,
        rlimits={name: rlimits.pair(limit) for name, limit in spec.rlimits.items()},
        nice=spec.nice,
        oom_score=spec.oom_score,
        descriptors=descriptors,
        pid_in=("LISTEN_PID",) if sockets else (),
    )


def _environment(spec: ProcessSpec, life: Life, variables: Mapping[str, str]) -> dict[str, str]:
    """What it inherits, below what its user is, below its files, below what it declares."""
    allowed = spec.environment_allow
    found = {
        name: value
        for name, value in life.surroundings.items()
        if name not in NOT_INHERITED
        and (name not in life.hidden if allowed is None else name in allowed)
    }
    found.update(variables)
    for path in spec.environment_files:
        found.update(_variables_in(_from(spec, path.removeprefix("-")), path.startswith("-")))
    return {**found, **spec.environment}


def _variables_in(path: str, optional: bool) -> dict[str, str]:
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise Failed(f"cannot read its environment file {path}: it is no regular file")
            data = file.read(ENV_FILE_LIMIT + 1)
    except FileNotFoundError as error:
        if optional:
            return {}
        raise Failed(f"cannot read its environment file {path}: {error.strerror}") from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise Failed(f"cannot read its environment file {path}: {why}") from None
    if len(data) > ENV_FILE_LIMIT:
        raise Failed(f"cannot read its environment file {path}: it is larger than 1 MiB")
    try:
        return env_file.parse(os.fsdecode(data))
    except env_file.BadLine as error:
        raise Failed(f"cannot read its environment file {path}, {error}") from None


def _stdin(spec: ProcessSpec, handed: ExitStack) -> int:
    if spec.stdin == "null":
        return subprocess.DEVNULL
    if spec.stdin == "pipe":
        return subprocess.PIPE
    path = _from(spec, spec.stdin)
    try:
        # A fifo that nobody writes to would hold us up for ever.
        it = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise Failed(f"cannot open its stdin {path}: {why}") from None
    handed.callback(os.close, it)
    os.set_blocking(it, True)
    return it


def _from(spec: ProcessSpec, path: str) -> str:
    """A path as seen from the program's directory."""
    return os.path.join(spec.directory or "", path)
