"""kind = "process": a program, in a session of its own."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial

import trio

from supervisor.causes import describe, matches, signal_named
from supervisor.child import Child, LaunchError
from supervisor.failure import Failed
from supervisor.kinds.life import Life, LiveBody, Unfit
from supervisor.kinds.program import problems, program_of
from supervisor.kinds.says import Says
from supervisor.kinds.users import identity
from supervisor.readiness import until_ready
from supervisor.reports import Reports
from supervisor.spawn import Identity, Program, spawn, why_not
from supervisor.spec import ProcessSpec, Ready, Spec
from supervisor.template import sample

# How long to read on after the child is gone: a grandchild may hold its pipe for ever.
DRAIN = 0.25


def process(spec: Spec) -> LiveBody:
    """Check that the program could be run; raises `Unfit`."""
    assert isinstance(spec, ProcessSpec)
    if found := tuple(problems(sample(spec) if spec.is_template else spec)):
        raise Unfit(*found)
    return partial(_live, spec)


async def _live(spec: ProcessSpec, life: Life, *, task_status: trio.TaskStatus[None]) -> None:
    with ExitStack() as ours:
        one = await _start(spec, life, ours, task_status)
        await one.live()
        one.judge()


async def _start(
    spec: ProcessSpec, life: Life, ours: ExitStack, task_status: trio.TaskStatus[None]
) -> _Process:
    """Start it, or raise `Failed`; what has to be kept for its life is closed with `ours`."""
    who: Identity | None = None
    variables: Mapping[str, str] = {}
    if spec.user is not None or spec.group is not None:
        who, variables = await trio.to_thread.run_sync(
            identity, spec.user, spec.group, abandon_on_cancel=True
        )
    life.output.configure(spec.name, spec.log)
    says = Says(spec, life.tell)
    ours.callback(says.close)
    with ExitStack() as handed:
        try:
            says.open(who.owner if who else (-1, -1))
            if says.newline is not None:
                handed.callback(says.newline.close_writer)
            program = program_of(spec, life, says, who, variables, handed)
        except OSError as error:
            raise Failed(f"cannot make its notify socket or pipe: {error.strerror}") from None
        given = program.environment
        life.output.hide(given[name] for name in life.secrets if name in given)
        try:
            child = spawn(program, life.marker)
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            raise _not_started(error, program) from None
    reports: Reports | None = None
    if spec.reports is not None:
        send, _ = life.channels.streams[spec.reports]
        reports = Reports(spec.name, spec.reports, send, life.output.redactor)
        ours.callback(reports.close)
    return _Process(spec, life, says, reports, program, child, task_status)


def _not_started(error: Exception, program: Program) -> Failed:
    return Failed(f"cannot start {program.command[0]!r}: {why_not(error, program)}")


class _Process:
    """One life of a child, from its start until nothing of it is left."""

    def __init__(
        self,
        spec: ProcessSpec,
        life: Life,
        says: Says,
        reports: Reports | None,
        program: Program,
        child: Child,
        task_status: trio.TaskStatus[None],
    ) -> None:
        self._spec = spec
        self._life = life
        self._says = says
        self._reports = reports
        self._program: Program | None = program
        self._child = child
        self._task_status = task_status
        self._ready = trio.Event()
        self._failure = ""

    async def live(self) -> None:
        child, launched = self._child, False
        async with child, trio.open_nursery() as readers:
            try:
                # Of a hundred that begin at once all are started before any is looked after.
                await trio.lowlevel.checkpoint()
                async with trio.open_nursery() as watchers:
                    watchers.start_soon(self._ask_to_end)
                    launched = await self._is_launched()
                    if launched:
                        if self._spec.ready is None:
                            self._be_ready()
                        else:
                            await watchers.start(self._announce, self._spec.ready)
                        for source, stream in child.outputs:
                            readers.start_soon(self._drain, source, stream)
                        if self._says.notify_at is not None:
                            watchers.start_soon(self._says.listen, child)
                        if self._spec.watchdog is not None:
                            watchers.start_soon(self._watch, watchers.cancel_scope)
                        await child.until_ended()
                        if self._says.catch_up():
                            self._be_ready()
                    watchers.cancel_scope.cancel()
            finally:
                with trio.CancelScope(shield=True):
                    await child.clear_away()
                if launched:
                    self._life.tell.tell_end(child.code, child.gone_after)
            readers.cancel_scope.deadline = trio.current_time() + DRAIN

    @property
    def _declared(self) -> ProcessSpec:
        """As a reload may have changed it since this life began, but not to another kind."""
        spec = self._life.declared()
        return spec if isinstance(spec, ProcessSpec) else self._spec

    def judge(self) -> None:
        """Raise `Failed` unless it ended as it was asked to, or well."""
        if self._life.stopping.is_set():
            return
        if self._failure:
            raise Failed(self._failure)
        code = self._child.code
        if not matches(self._declared.success, code):
            raise Failed(describe(code) + self._says.trouble)
        if not self._ready.is_set():
            raise Failed(f"{describe(code)} before it was ready")

    async def _is_launched(self) -> bool:
        try:
            await self._child.until_launched()
        except LaunchError as error:
            assert self._program is not None
            self._failure = str(_not_started(error, self._program))
            return False
        self._life.tell.tell_process(self._child)
        return True

    async def _announce(self, ready: Ready, *, task_status: trio.TaskStatus[None]) -> None:
        # From started() on no line is missed, however many come at once, if a line is awaited.
        with ExitStack() as ours:
            lines = None
            if ready.log is not None:
                lines = ours.enter_context(self._life.output.every_line(self._spec.name))
            task_status.started()
            await until_ready(ready, lines, self._says.until_ready, self._program)
        self._be_ready()

    def _be_ready(self) -> None:
        if not self._ready.is_set():
            self._program = None  # with its environment: nothing is probed like it any more
            self._ready.set()
            self._task_status.started()

    async def _drain(self, source: int, stream: str) -> None:
        reports = self._reports if stream == "stdout" else None
        tell = None if reports is None else reports.take
        await self._life.output.drain(source, self._spec.name, self._child.pid, stream, tell)

    async def _ask_to_end(self) -> None:
        await self._life.stopping.wait()
        self._says.is_on_its_way_out()
        signum = signal_named(self._declared.stop_signal)
        assert signum is not None
        self._child.ask_to_end(signum)

    async def _watch(self, life: trio.CancelScope) -> None:
        """End it as in a stop, but for the signal, when it is silent for too long."""
        await self._ready.wait()
        if why := await self._says.until_silent():
            self._failure = why
            self._child.ask_to_end(signal.SIGABRT)
            await trio.sleep(self._declared.stop_timeout)
            life.cancel()
