"""Keep one service as it is wanted. The state machine is this control flow."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Awaitable, Callable
from typing import Protocol, assert_never

import structlog
import trio
from msgspec.structs import replace

from supervisor.failure import Failed, summary, unexpected
from supervisor.model import Exit, ServiceStatus, State
from supervisor.policy import Again, GiveUp, History, Rest, decide
from supervisor.spec import Spec
from supervisor.standing import UP, Standing

log = structlog.get_logger()


class Live(Protocol):
    """One life: returns when done, raises when broken; `stopping` asks it to end."""

    def __call__(
        self, stopping: trio.Event, *, task_status: trio.TaskStatus[None]
    ) -> Awaitable[None]: ...


async def _open_gate() -> None:
    await trio.lowlevel.checkpoint()


class Runner(Standing):
    """The task that brings together what is wanted of a service and what is so.

    Three rules hold it up. `start`, `stop` and `restart` never wait: they set levels, and whoever
    cares waits on `status`. After every wait the level is asked (`_stopping.is_set()`), never
    inferred from which wait returned. Exception groups are met in one place, around one life.

    `gate` is awaited before every life.
    """

    def __init__(
        self,
        spec: Spec,
        live: Live,
        announce: Callable[[ServiceStatus], None],
        *,
        gate: Callable[[], Awaitable[None]] = _open_gate,
        parameters: dict[str, str] | None = None,
        group: str = "",
        hide: Callable[[str], str] = str,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.live = live
        self._gate = gate
        self._chance = chance
        self.asked_for = False  # whether somebody did since the last life began
        self.judged = False  # whether the last life was ended as a failed one
        self.unhealthy = False  # and that for its health
        self._why = ""  # somebody ended it
        self._renewing = False
        self._stopping = trio.Event()
        self._insistence = trio.CancelScope()
        self._patience = trio.CancelScope()
        self._at_gate = trio.CancelScope()
        super().__init__(spec, announce, parameters or {}, group, hide)

    # What others may ask for. None of these wait.

    def start(self) -> None:
        """Want it up. One in BACKOFF goes on waiting; one that gave up gets a new chance."""
        self.asked_for = self.state not in UP
        self._leave_gate()
        if not self.wanted.value:
            self.wanted.set(True)
            self.tell()

    def stop(self, grace: float | None = None, *, reason: str = "") -> None:
        """Want it down; after `grace` seconds (by default `stop_timeout`) it is cancelled.

        Asked again with less grace it hurries; with more it does not slow down.
        """
        self._forgive()
        self._why = reason
        self.wanted.set(False)
        self._end_this_life(self.spec.stop_timeout if grace is None else grace)

    def restart(self, grace: float | None = None) -> None:
        """Want it up, with a new life; `grace` is for the one that ends, as in `stop`."""
        self.asked_for = True
        self._forgive()
        self.wanted.set(True)
        self._end_this_life(self.spec.stop_timeout if grace is None else grace)

    def fail(self, reason: str, *, unhealthy: bool = False) -> None:
        """End this life as a failed one: what follows is for its policy to say."""
        if self.state in UP:
            self.judged, self.unhealthy, self._why = True, unhealthy, reason
            self._end_this_life(self.spec.stop_timeout)

    def renew(self, reason: str) -> None:
        """End this life for the sake of another service and begin a new one.

        Unlike a restart it is no new chance: what was used up of the budget stays so.
        """
        if self.state in UP:
            self._renewing, self._why = True, reason
            self._end_this_life(self.spec.stop_timeout)

    def extend(self, seconds: float) -> None:
        """Give the life so long from now, if that is longer, to get ready or to end."""
        now = trio.current_time()
        for scope in (self._patience, self._insistence):
            if now < scope.deadline < math.inf:
                scope.deadline = max(scope.deadline, now + seconds)

    def look_again(self) -> None:
        """What it may wait for is not what it was: one that waits at the gate comes to it again."""
        self._leave_gate()

    def _forgive(self) -> None:
        self._leave_gate()
        self.judged = self.unhealthy = self._renewing = False
        self._why = ""

    def _leave_gate(self) -> None:
        """One that waits at the gate has to come to it again."""
        self.block("")
        self._at_gate.cancel()

    def _end_this_life(self, grace: float) -> None:
        self._stopping.set()
        self._insistence.deadline = min(self._insistence.deadline, trio.current_time() + grace)
        if self.state in UP:
            self.enter(State.STOPPING, self._why)
        elif self.state is State.BACKOFF:
            self.enter(State.STOPPED, self._why)
        else:
            self.tell()  # what is wanted changed, though nothing else did

    # The life of a service, over and over.

    async def run(self) -> None:
        """Live until cancelled; cancelling ends the life of the moment at once."""
        history = History()
        while True:
            await self._until_wanted_and_free()
            again = self.state is State.BACKOFF or self._renewing
            if not again:
                history = History()  # somebody asked for this life: a new chance
            end = await self._one_life(self.status.value.restarts + 1 if again else 0)
            if self.judged:  # however it took it: its code is no cause of anything
                end = replace(end, ok=False, reason=self._why, code=None)
            elif self._stopping.is_set():
                self.enter(State.STOPPED, self._why or ("" if end.ok else end.reason))
                continue
            self._stopping = trio.Event()
            now = trio.current_time()
            decision, history = decide(self.spec, history, end, now, self._chance())
            match decision:
                case Again(delay):
                    self.enter(State.BACKOFF, end.reason, next_restart=time.time() + delay)
                    with trio.move_on_after(delay):
                        await self._stopping.wait()
                case Rest():
                    self.wanted.set(False)
                    self.enter(State.EXITED, end.reason, failed=not end.ok)
                case GiveUp(reason):
                    self.wanted.set(False)
                    self.enter(State.FATAL, f"{end.reason}; gave up after {reason}", failed=True)
                case _:
                    assert_never(decision)

    async def _until_wanted_and_free(self) -> None:
        """Wait until the gate opens while it is wanted up."""
        opened = False
        while not opened:
            await self.wanted.until(bool)
            with trio.CancelScope() as self._at_gate:
                await self._gate()
            opened = not self._at_gate.cancel_called
        self._blocked = self._waits = False

    async def _one_life(self, restarts: int) -> Exit:
        self._stopping = trio.Event()
        self._insistence = trio.CancelScope()
        self._patience = trio.CancelScope()
        self.asked_for = self.judged = self.unhealthy = self._renewing = False
        self.enter(State.STARTING, restarts=restarts)
        began = trio.current_time()
        ready_at: list[float] = []
        failure = ""
        with structlog.contextvars.bound_contextvars(service=self.spec.name):
            try:
                with self._insistence:
                    await self._live_once(began, ready_at)
            except* Exception as group:
                failure = summary(group)
                bug = unexpected(group)
                if bug is not None and not self._stopping.is_set():
                    log.warning("service failed", reason=failure, exc_info=bug)
        lasted = trio.current_time() - ready_at[0] if ready_at else None
        return Exit(not failure, failure or "ended", lasted, self.status.value.exit_code)

    async def _live_once(self, began: float, ready_at: list[float]) -> None:
        async with trio.open_nursery() as nursery:
            self._patience.deadline = trio.current_time() + self.spec.start_timeout
            nursery.start_soon(self._lose_patience, self.spec.start_timeout)
            await nursery.start(self._be_ready)
            self._patience.cancel()
            if not self._stopping.is_set():
                ready_at.append(trio.current_time())
                self.enter(State.RUNNING, ready_after=ready_at[0] - began)

    async def _lose_patience(self, seconds: float) -> None:
        """A life that is not ready in time fails, and is asked to end like any other."""
        with self._patience:
            await trio.sleep_forever()
        if self.state is State.STARTING:
            self.fail(f"not ready within {seconds:g} s")

    async def _be_ready(self, *, task_status: trio.TaskStatus[None]) -> None:
        readiness = _Readiness(task_status)
        await self.live(self._stopping, task_status=readiness)
        if not readiness.said:
            if not self._stopping.is_set():
                raise Failed("ended before it was ready")
            task_status.started()


class _Readiness:
    """A task status that remembers whether it was used: not being ready is no bug in Trio's use."""

    def __init__(self, task_status: trio.TaskStatus[None]) -> None:
        self._task_status = task_status
        self.said = False

    def started(self, value: None = None) -> None:
        self._task_status.started()
        self.said = True
