"""Keep one service as it is wanted. The state machine is this control flow."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog
import trio
from msgspec.structs import replace

from supervisor.cell import Cell
from supervisor.failure import Failed, summary, unexpected
from supervisor.kinds.life import Process
from supervisor.model import Exit, ServiceStatus, State
from supervisor.policy import Again, GiveUp, History, Rest, decide
from supervisor.spec import Spec

log = structlog.get_logger()


class Live(Protocol):
    """One life: returns when done, raises when broken; `stopping` asks it to end."""

    def __call__(
        self, stopping: trio.Event, *, task_status: trio.TaskStatus[None]
    ) -> Awaitable[None]: ...


async def _open_gate() -> None:
    await trio.lowlevel.checkpoint()


class Runner:
    """One service: what is wanted of it, what is so, and the task that brings them together.

    Four rules hold it up. `_enter` never awaits, so nobody can see a status and its event
    disagree. `start`, `stop` and `restart` never wait: they set levels, and whoever cares waits
    on `status`. After every wait the level is asked (`_stopping.is_set()`), never inferred from
    which wait returned. Exception groups are met in one place, around one life.

    `gate` is awaited before every life; `announce` is told every status, and of every change of
    what is wanted.
    """

    def __init__(
        self,
        spec: Spec,
        live: Live,
        announce: Callable[[ServiceStatus], None],
        *,
        gate: Callable[[], Awaitable[None]] = _open_gate,
        parameters: dict[str, str] | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.spec = spec
        self.wanted = Cell(False)
        self.status = Cell(
            ServiceStatus(
                name=spec.name,
                kind=spec.kind,
                essential=spec.essential,
                since=time.time(),
                parameters=parameters or {},
            )
        )
        self._live = live
        self._announce = announce
        self._gate = gate
        self._chance = chance
        self.process: Process | None = None
        self._blocked = False
        self._changed = trio.Event()
        self._stopping = trio.Event()
        self._insistence = trio.CancelScope()
        self._patience = trio.CancelScope()
        self._at_gate = trio.CancelScope()
        announce(self.status.value)

    @property
    def state(self) -> State:
        return self.status.value.state

    @property
    def coming(self) -> bool:
        """Whether there is a life, or one to come unless somebody objects."""
        return (self.wanted.value or not self.state.at_rest) and not self._blocked

    # What others may ask for. None of these wait.

    def start(self) -> None:
        """Want it up. One in BACKOFF goes on waiting; one that gave up gets a new chance."""
        self._leave_gate()
        if not self.wanted.value:
            self.wanted.set(True)
            self._tell()

    def stop(self, grace: float | None = None) -> None:
        """Want it down; after `grace` seconds (by default `stop_timeout`) it is cancelled.

        Asked again with less grace it hurries; with more it does not slow down.
        """
        self._leave_gate()
        self.wanted.set(False)
        self._end_this_life(self.spec.stop_timeout if grace is None else grace)

    def restart(self) -> None:
        """Want it up, with a new life."""
        self._leave_gate()
        self.wanted.set(True)
        self._end_this_life(self.spec.stop_timeout)

    def block(self, reason: str) -> None:
        """Say why the life that is wanted cannot begin for now; "" takes it back."""
        if self.wanted.value and (reason or self._blocked):
            self._blocked = bool(reason)
            self._update(reason=reason, next_restart=None)

    def report(self, healthy: bool | None, reason: str = "") -> None:
        """What the checks say of it; forgotten when it leaves RUNNING."""
        if self.state is State.RUNNING:
            self._update(healthy=healthy, reason=reason)

    # What a life tells of itself; see `supervisor.kinds.life.Teller`.

    def tell_process(self, process: Process) -> None:
        self.process = process
        self._update(pid=process.pid)

    def tell_pid(self, pid: int) -> None:
        self._update(pid=pid)

    def tell_note(self, note: str) -> None:
        self._update(note=note)

    def tell_end(self, code: int, gone_after: float) -> None:
        self.process = None
        self._update(exit_code=code, gone_after=gone_after)

    def extend(self, seconds: float) -> None:
        until = trio.current_time() + seconds
        for scope in (self._patience, self._insistence):
            if math.isfinite(scope.deadline):
                scope.deadline = max(scope.deadline, until)

    async def settled(self) -> ServiceStatus:
        """The status, once it agrees with what is wanted or will not get there by itself."""
        return await self.until(lambda runner: runner.is_settled)

    @property
    def is_settled(self) -> bool:
        if self.wanted.value:
            return self.state in (State.RUNNING, State.BACKOFF) or self._blocked
        return self.state.at_rest

    async def until(self, test: Callable[[Runner], bool]) -> ServiceStatus:
        """Wait until this runner passes `test`, whatever of it changes; its status then."""
        while not test(self):
            await self._changed.wait()
        return self.status.value

    def _leave_gate(self) -> None:
        """One that waits at the gate has to come to it again."""
        self.block("")
        self._at_gate.cancel()

    def _end_this_life(self, grace: float) -> None:
        self._stopping.set()
        self._insistence.deadline = min(self._insistence.deadline, trio.current_time() + grace)
        self._patience.deadline = math.inf
        if self.state in (State.STARTING, State.RUNNING):
            self._enter(State.STOPPING)
        elif self.state is State.BACKOFF:
            self._enter(State.STOPPED)
        else:
            self._tell()  # what is wanted changed, though nothing else did

    # The life of a service, over and over.

    async def run(self) -> None:
        """Live until cancelled; cancelling ends the life of the moment at once."""
        history = History()
        while True:
            await self._until_wanted_and_free()
            again = self.state is State.BACKOFF
            if not again:
                history = History()  # somebody asked for this life: a new chance
            end = await self._one_life(self.status.value.restarts + 1 if again else 0)
            if self._stopping.is_set():
                self._enter(State.STOPPED, "" if end.ok else end.reason)
                continue
            now = trio.current_time()
            decision, history = decide(self.spec, history, end, now, self._chance())
            match decision:
                case Again(delay):
                    self._enter(State.BACKOFF, end.reason, next_restart=time.time() + delay)
                    with trio.move_on_after(delay):
                        await self._stopping.wait()
                case Rest():
                    self.wanted.set(False)
                    self._enter(State.EXITED, end.reason, failed=not end.ok)
                case GiveUp(reason):
                    self.wanted.set(False)
                    self._enter(State.FATAL, f"{end.reason}; gave up after {reason}", failed=True)

    async def _until_wanted_and_free(self) -> None:
        """Wait until the gate opens while it is wanted up."""
        opened = False
        while not (opened and self.wanted.value):
            await self.wanted.until(bool)
            self.block("")
            with trio.CancelScope() as self._at_gate:
                await self._gate()
            opened = not self._at_gate.cancelled_caught
        self._blocked = False

    async def _one_life(self, restarts: int) -> Exit:
        self._stopping = trio.Event()
        self._insistence = trio.CancelScope()
        self._patience = trio.CancelScope()
        self._enter(State.STARTING, restarts=restarts)
        ready_at: list[float] = []
        failure = ""
        with structlog.contextvars.bound_contextvars(service=self.spec.name):
            try:
                with self._insistence:
                    await self._live_once(ready_at)
            except* Exception as group:
                failure = summary(group)
                if not self._stopping.is_set():
                    log.warning("service failed", reason=failure, exc_info=unexpected(group))
        lasted = trio.current_time() - ready_at[0] if ready_at else 0.0
        return Exit(not failure, failure or "ended", lasted)

    async def _live_once(self, ready_at: list[float]) -> None:
        async with trio.open_nursery() as nursery:
            self._patience.deadline = trio.current_time() + self.spec.start_timeout
            with self._patience:
                await nursery.start(self._be_ready)
            if self._patience.cancelled_caught:
                raise Failed(f"not ready within {self.spec.start_timeout:g} s")
            ready_at.append(trio.current_time())
            if not self._stopping.is_set():
                self._enter(State.RUNNING)

    async def _be_ready(self, *, task_status: trio.TaskStatus[None]) -> None:
        readiness = _Readiness(task_status)
        await self._live(self._stopping, task_status=readiness)
        if not readiness.said:
            if not self._stopping.is_set():
                raise Failed("ended before it was ready")
            task_status.started()

    def _enter(
        self,
        state: State,
        reason: str = "",
        *,
        failed: bool = False,
        next_restart: float | None = None,
        restarts: int | None = None,
    ) -> None:
        status = self.status.value
        ended = state not in (State.STARTING, State.RUNNING, State.STOPPING)
        self._set(
            replace(
                status,
                state=state,
                ready=state is State.RUNNING,
                healthy=None,
                reason=reason,
                failed=failed,
                pid=None if ended else status.pid,
                restarts=status.restarts if restarts is None else restarts,
                since=time.time() if state is not status.state else status.since,
                next_restart=next_restart,
            )
        )

    def _update(self, **changes: object) -> None:
        self._set(replace(self.status.value, **changes))

    def _set(self, status: ServiceStatus) -> None:
        self.status.set(status)
        self._tell()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = trio.Event()
        self._announce(self.status.value)


class _Readiness:
    """A task status that remembers whether it was used: not being ready is no bug in Trio's use."""

    def __init__(self, task_status: trio.TaskStatus[None]) -> None:
        self._task_status = task_status
        self.said = False

    def started(self, value: None = None) -> None:
        self._task_status.started()
        self.said = True
