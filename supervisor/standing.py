"""How one service stands: its status, and whoever waits on it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import trio
from msgspec.structs import replace

from supervisor.cell import Cell
from supervisor.kinds.life import Process
from supervisor.model import ServiceStatus, State
from supervisor.spec import Spec

S = TypeVar("S", bound="Standing")

UP = (State.STARTING, State.RUNNING)
ALIVE = (*UP, State.STOPPING)


class Standing:
    """A service's status and what is wanted of it; `announce` is told of every change of either.

    `enter` never awaits, so nobody can see a status and its event disagree. It is what a life
    tells (`supervisor.kinds.life.Teller`), but for the time that it asks for. `hide` takes the
    secrets out of what is said of it in words: an error's text may hold one.
    """

    def __init__(
        self,
        spec: Spec,
        announce: Callable[[ServiceStatus], None],
        parameters: dict[str, str],
        group: str,
        hide: Callable[[str], str],
    ) -> None:
        self.spec = spec
        self._hide = hide
        self.wanted = Cell(False)
        self.status = Cell(
            ServiceStatus(
                name=spec.name,
                kind=spec.kind,
                group=group,
                essential=spec.essential,
                since=time.time(),
                parameters=parameters,
            )
        )
        self.process: Process | None = None
        self._announce = announce
        self._blocked = self._waits = False
        self._changed = trio.Event()
        announce(self.status.value)

    @property
    def state(self) -> State:
        return self.status.value.state

    @property
    def coming(self) -> bool:
        """Whether there is a life, or one to come unless somebody objects."""
        return (self.wanted.value or not self.state.at_rest) and not self._blocked

    @property
    def is_down(self) -> bool:
        """Whether there is no life, and none is wanted."""
        return self.state.at_rest and not self.wanted.value

    @property
    def is_settled(self) -> bool:
        """Whether it agrees with what is wanted, or will not get there by itself."""
        if self.wanted.value:
            return self.state in (State.RUNNING, State.BACKOFF) or self._blocked
        return self.state.at_rest

    async def settled(self) -> ServiceStatus:
        """The status, once it agrees with what is wanted or will not get there by itself."""
        return await self.until(lambda standing: standing.is_settled)

    async def until(self: S, test: Callable[[S], bool]) -> ServiceStatus:
        """Wait until this passes `test`, whatever of it changes; its status then."""
        while not test(self):
            await self._changed.wait()
        return self.status.value

    # What is said of it. None of these wait.

    def declare(self, spec: Spec, group: str = "") -> None:
        """From now on this is what is declared of it."""
        self.spec = spec
        self.update(kind=spec.kind, essential=spec.essential, group=group)

    def block(self, reason: str) -> None:
        """Say why the life that is wanted cannot begin for now; "" takes it back."""
        if self.wanted.value and (reason or self._blocked or self._waits):
            self._blocked, self._waits = bool(reason), False
            self.update(reason=reason, next_restart=None)

    def wait_for(self, reason: str) -> None:
        """Say what the life that is wanted waits for, and will get."""
        if self.wanted.value:
            self._waits = True
            self.update(reason=reason, next_restart=None)

    def report(self, healthy: bool | None, reason: str = "") -> None:
        """What the checks say of it; forgotten when it leaves RUNNING."""
        if self.state is State.RUNNING:
            self.update(healthy=healthy, reason=reason)

    def plan_start(self, at: float | None) -> None:
        """When its schedule starts it next, in Unix seconds."""
        self.update(next_start=at)

    def tell_process(self, process: Process) -> None:
        self.process = process
        self.update(pid=process.pid)

    def tell_pid(self, pid: int) -> None:
        self.update(pid=pid)

    def tell_note(self, note: str) -> None:
        self.update(note=note)

    def tell_end(self, code: int, gone_after: float) -> None:
        self.process = None
        self.update(exit_code=code, gone_after=gone_after)

    def enter(self, state: State, reason: str = "", **changes: object) -> None:
        """Come into another state; what belongs to the one before is gone."""
        status, now = self.status.value, time.time()
        common: dict[str, object] = {
            "state": state,
            "ready": state is State.RUNNING,
            "healthy": None,
            "reason": reason,
            "failed": False,
            "next_restart": None,
            "since": now,
        }
        if state is State.STARTING:
            common |= {"started": now, "ended": None, "exit_code": None}
            common |= {"ready_after": None, "gone_after": None}
        elif state not in ALIVE:
            self.process = None
            ended = now if status.state in ALIVE else status.ended
            common |= {"ended": ended, "pid": None, "note": ""}
        self.update(**(common | changes))

    def update(self, **changes: object) -> None:
        for name in ("reason", "note"):
            if words := changes.get(name):
                changes[name] = self._hide(str(words))
        self.status.set(replace(self.status.value, **changes))
        self.tell()

    def tell(self) -> None:
        """Whoever waits looks again: the status changed, or what is wanted did."""
        self._changed.set()
        self._changed = trio.Event()
        self._announce(self.status.value)
