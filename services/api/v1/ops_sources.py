"""What the operator's stream comes from, besides boards: services, checks, samples and turns."""

from __future__ import annotations

from contextlib import ExitStack, suppress

import trio

from services.api.streams.changes import told
from services.api.streams.lately import Lately
from services.api.streams.sse import event
from services.api.v1.ops_replies import (
    ChecksReply,
    Past,
    TurnStepReply,
    TurnStepsReply,
    checked,
    happened,
    history,
    sampled,
)
from services.api.v1.service_replies import described, listed
from supervisor.context import Sample, Vitals
from supervisor.control import CheckStatus, Control, Health
from supervisor.desk import Refused
from supervisor.events import Events
from supervisor.model import Change

ROOM = 256  # changes that may wait for one who reads slowly
PAUSE = 0.5  # seconds: what many checks find at about one time is told together


class Services:
    """All services and what happened to them, then each change and what happened by it.

    Whoever falls behind gets all again. What it listens to is let go of with `held`.
    """

    def __init__(self, events: Events, vitals: Vitals, held: ExitStack) -> None:
        self._events = events
        self._vitals = vitals
        self._held = held.enter_context(ExitStack())
        self._changes: trio.MemoryReceiveChannel[Change] | None = None
        self._told = 0  # how much had happened by what was told last

    def news(self) -> bytes:
        return self._all() if self._changes is None else self._since([])

    async def until_news(self) -> bytes:
        assert self._changes is not None
        try:
            return self._since([await self._changes.receive()])
        except trio.EndOfChannel:
            return self._all()

    def _since(self, changes: list[Change]) -> bytes:
        assert self._changes is not None
        try:
            while True:
                changes.append(self._changes.receive_nowait())
        except trio.WouldBlock:
            pass
        except trio.EndOfChannel:
            return self._all()
        count, self._told = self._vitals.count - self._told, self._vitals.count
        lately = self._vitals.happened[-count:] if count else ()
        services = [told(change, described) for change in changes]
        return b"".join((*services, *(event("happened", happened(it)) for it in lately)))

    def _all(self) -> bytes:
        self._held.close()
        snapshot, self._changes = self._held.enter_context(self._events.watch(ROOM))
        self._told = self._vitals.count
        past = Past(events=tuple(map(happened, self._vitals.happened)))
        return event("snapshot", listed(snapshot)) + event("past", past)


class Checks:
    """What all checks say, whenever one of them looked, but not more often than `PAUSE` has it."""

    def __init__(self, control: Control, vitals: Vitals) -> None:
        self._control = control
        self._looks = vitals.looks
        self._at = -1
        self._told: tuple[CheckStatus, ...] | None = None

    def news(self) -> bytes:
        """Nothing: the supervisor is asked for it."""
        return b""

    async def until_news(self) -> bytes:
        while True:
            at = await self._looks.change(self._at)
            if self._told is not None:
                await trio.sleep(PAUSE)
                at = self._looks.value
            with suppress(Refused):  # it is about to end
                found = await self._control.ask(Health())
                self._at = at
                if found.checks != self._told:
                    self._told = found.checks
                    return event("checks", ChecksReply(checks=tuple(map(checked, found.checks))))
            self._at = at


class Samples:
    """The hour that was measured, then each sample."""

    def __init__(self, vitals: Vitals) -> None:
        self._usage = vitals.usage
        self._begun = False
        self._told: Sample | None = None

    def news(self) -> bytes:
        now = self._usage.latest.value
        begin = b"" if self._begun else event("history", history(self._usage.columns))
        sample = b"" if now is None or now is self._told else event("sample", sampled(now))
        self._begun, self._told = True, now
        return begin + sample

    async def until_news(self) -> bytes:
        await self._usage.latest.change(self._told)
        return self.news()


class Working:
    """How many turns went on in the last hour, then each change of that."""

    def __init__(self, lately: Lately) -> None:
        self._lately = lately
        self._told: tuple[float, int] | None = None

    def news(self) -> bytes:
        now, before = self._lately.latest.value, self._told
        self._told = now
        if before is None:
            steps = self._lately.steps
            at, turns = [round(step[0], 1) for step in steps], [step[1] for step in steps]
            return event("turns", TurnStepsReply(at=at, turns=turns))
        if now == before:
            return b""
        return event("working", TurnStepReply(at=round(now[0], 1), turns=now[1]))

    async def until_news(self) -> bytes:
        await self._lately.latest.until(lambda step: step != self._told)
        return self.news()
