"""kind = "process": a program, in a session of its own."""

from __future__ import annotations

import math
import os
import signal
import subprocess
from functools import partial

import trio

from supervisor.child import Child, spawn
from supervisor.failure import Failed
from supervisor.kinds.life import Life, LiveBody, Unfit
from supervisor.readiness import unreadable, until_ready
from supervisor.spec import ProcessSpec, Spec
from supervisor.template import sample

# How long to read on after the child is gone: a grandchild may hold its pipe for ever.
DRAIN = 0.25


def process(spec: Spec) -> LiveBody:
    """Check that the program could be run; raises `Unfit`."""
    assert isinstance(spec, ProcessSpec)
    problems: list[tuple[str, str]] = []
    name = f"SIG{spec.stop_signal.upper().removeprefix('SIG')}"
    if name not in signal.Signals.__members__:
        problems.append(("stop_signal", f"{spec.stop_signal!r} is no signal"))
    if spec.ready is not None and (trouble := unreadable(sample(spec.ready))):
        problems.append(("ready", trouble))
    if problems:
        raise Unfit(*problems)
    return partial(_live, spec, signal.Signals[name])


async def _live(
    spec: ProcessSpec,
    stop_signal: signal.Signals,
    life: Life,
    *,
    task_status: trio.TaskStatus[None],
) -> None:
    child = _spawn(spec, life)
    life.tell.tell_process(child)
    ready = trio.Event()
    say_ready = task_status.started

    async def announce(*, task_status: trio.TaskStatus[None]) -> None:
        # From started() on no line is missed, however many come at once, if a line is awaited.
        awaited = spec.ready is not None and spec.ready.log is not None
        with life.output.follow(spec.name, math.inf if awaited else 0) as lines:
            task_status.started()
            if spec.ready is not None:
                await until_ready(spec.ready, lines)
        ready.set()
        say_ready()

    async def ask_to_end() -> None:
        await life.stopping.wait()
        child.ask_to_end(stop_signal)

    async with child, trio.open_nursery() as readers:
        try:
            async with trio.open_nursery() as watchers:
                await watchers.start(announce)
                for source, stream in ((child.stdout, "stdout"), (child.stderr, "stderr")):
                    readers.start_soon(life.output.drain, source, spec.name, child.pid, stream)
                watchers.start_soon(ask_to_end)
                await child.until_ended()
                watchers.cancel_scope.cancel()
        finally:
            with trio.CancelScope(shield=True):
                await child.clear_away()
        readers.cancel_scope.deadline = trio.current_time() + DRAIN
    code = child.code
    if not life.stopping.is_set():
        if code != 0:
            raise Failed(describe(code))
        if not ready.is_set():
            raise Failed("exited with 0 before it was ready")


def _spawn(spec: ProcessSpec, life: Life) -> Child:
    inherited = os.environ
    if spec.environment_allow is not None:
        allowed = set(spec.environment_allow)
        inherited = {name: value for name, value in os.environ.items() if name in allowed}
    environment = {**inherited, **spec.environment, "NURSERYD_SERVICE": spec.name}
    try:
        return spawn(spec.command, spec.directory, environment, life.marker)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise Failed(f"cannot start {spec.command[0]!r}: {_why(error, spec)}") from None


def _why(error: Exception, spec: ProcessSpec) -> str:
    if not isinstance(error, OSError):
        return str(error)
    reason = error.strerror or str(error)
    if spec.directory is not None and error.filename == spec.directory:
        return f"its directory {spec.directory!r}: {reason}"
    return reason


def describe(code: int) -> str:
    """An exit code as `Popen.returncode` gives it, in words."""
    if code >= 0:
        return f"exited with {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"
