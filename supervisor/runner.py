"""Keep one service as it is wanted. The state machine is this control flow."""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol, cast

import structlog
import trio
from msgspec.structs import replace

from supervisor.cell import Cell
from supervisor.context import Failed
from supervisor.model import Exit, ServiceStatus, Spec, State
from supervisor.policy import Again, GiveUp, History, Rest, decide

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

    `gate` is awaited before every life; `announce` is told every status.
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
        self._blocked = False
        self._stopping = trio.Event()
        self._insistence = trio.CancelScope()
        announce(self.status.value)

    @property
    def state(self) -> State:
        return self.status.value.state

    # What others may ask for. None of these wait.

    def start(self) -> None:
        """Want it up. One in BACKOFF goes on waiting; one that gave up gets a new chance."""
        self.wanted.set(True)

    def stop(self, grace: float | None = None) -> None:
        """Want it down; after `grace` seconds (by default `stop_timeout`) it is cancelled.

        Asked again with less grace it hurries; with more it does not slow down.
        """
        self.wanted.set(False)
        self._end_this_life(self.spec.stop_timeout if grace is None else grace)

    def restart(self) -> None:
        """Want it up, with a new life."""
        self.wanted.set(True)
        self._end_this_life(self.spec.stop_timeout)

    def block(self, reason: str) -> None:
        """Say why a service that is wanted up cannot begin its life yet."""
        if self.wanted.value and self.state.at_rest:
            self._blocked = True
            self._update(reason=reason)

    def report(self, healthy: bool | None, reason: str = "") -> None:
        """What the checks say of it; forgotten when it leaves RUNNING."""
        if self.state is State.RUNNING:
            self._update(healthy=healthy, reason=reason)

    def tell_pid(self, pid: int) -> None:
        """The process of this life."""
        self._update(pid=pid)

    async def settled(self) -> ServiceStatus:
        """The status, once it agrees with what is wanted or will not get there by itself."""
        return await self.status.until(self._is_settled)

    def _is_settled(self, status: ServiceStatus) -> bool:
        if self.wanted.value:
            return status.state in (State.RUNNING, State.BACKOFF) or self._blocked
        return status.state.at_rest

    def _end_this_life(self, grace: float) -> None:
        self._stopping.set()
        self._insistence.deadline = min(self._insistence.deadline, trio.current_time() + grace)
        if self.state in (State.STARTING, State.RUNNING):
            self._enter(State.STOPPING)
        elif self.state is State.BACKOFF:
            self._enter(State.STOPPED)
        else:
            self._announce(self.status.value)  # what is wanted changed, though nothing else did

    # The life of a service, over and over.

    async def run(self) -> None:
        """Live until cancelled; cancelling ends the life of the moment at once."""
        history = History()
        while True:
            await self._until_wanted_and_free()
            end = await self._one_life()
            if self._stopping.is_set():
                history = History()
                self._enter(State.STOPPED, "" if end.ok else end.reason, restarts=0)
                continue
            now = trio.current_time()
            decision, history = decide(self.spec, history, end, now, self._chance())
            match decision:
                case Again(delay):
                    self._enter(State.BACKOFF, end.reason, next_restart=time.time() + delay)
                    with trio.move_on_after(delay):
                        await self._stopping.wait()
                    if self._stopping.is_set():
                        history = History()
                    else:
                        self._update(restarts=self.status.value.restarts + 1)
                case Rest():
                    self.wanted.set(False)
                    self._enter(State.EXITED, end.reason, failed=not end.ok)
                case GiveUp(reason):
                    self.wanted.set(False)
                    self._enter(State.FATAL, f"{end.reason}; gave up after {reason}", failed=True)

    async def _until_wanted_and_free(self) -> None:
        """Wait until it is wanted up and the gate is open, both at once."""
        passed = False
        while not passed:
            await self.wanted.until(bool)
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._cancel_when_unwanted, nursery.cancel_scope)
                await self._gate()
                nursery.cancel_scope.cancel()
            passed = self.wanted.value
        self._blocked = False

    async def _cancel_when_unwanted(self, scope: trio.CancelScope) -> None:
        await self.wanted.until(lambda wanted: not wanted)
        scope.cancel()

    async def _one_life(self) -> Exit:
        self._stopping = trio.Event()
        self._insistence = trio.CancelScope()
        self._enter(State.STARTING)
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
            with trio.move_on_after(self.spec.start_timeout) as patience:
                await nursery.start(partial(self._live, self._stopping))
            if patience.cancelled_caught:
                raise Failed(f"not ready within {self.spec.start_timeout:g} s")
            ready_at.append(trio.current_time())
            if not self._stopping.is_set():
                self._enter(State.RUNNING)

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
        self._announce(status)


def summary(error: BaseException) -> str:
    """What went wrong, in one line that a person can act on."""
    if isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        return "; ".join(dict.fromkeys(summary(leaf) for leaf in group.exceptions))
    text = str(error)
    if isinstance(error, Failed):
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def unexpected(group: BaseExceptionGroup[Exception]) -> BaseException | None:
    """The part of a failure that is worth a traceback, or None."""
    return group.split(Failed)[1]
