"""What the operator's stream tells besides services and previews."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from msgspec import Struct

from services.api.shapes import EventStream, Reply
from services.api.v1.preview_replies import PreviewsReply
from services.api.v1.service_replies import ServiceReply, ServicesReply, Vanished
from services.moments import instant
from supervisor.context import Columns, Happening, Sample
from supervisor.control import CheckStatus
from supervisor.model import State
from supervisor.spec import Level


class About(Reply, frozen=True, kw_only=True):
    """The daemon: its version, and since when it runs. `own` is the service that tells it."""

    version: str
    began: datetime
    own: str


class HappeningReply(Reply, frozen=True, kw_only=True):
    """What happened to a service: it came into a `state`, was found healthy or not, or vanished.

    `state` is null for one that vanished, `before` for one that is new; where both are the same,
    `healthy` changed. `exitCode` is that of the life that ended by this.
    """

    at: datetime
    service: str
    before: State | None
    state: State | None
    healthy: bool | None
    reason: str
    exit_code: int | None
    restarts: int


class Past(Reply, frozen=True, kw_only=True):
    """The last things that happened, the oldest first; some hundreds are kept."""

    events: tuple[HappeningReply, ...]


class CheckReply(Reply, frozen=True, kw_only=True):
    """A check of a service. `healthy` is null while nobody knows, `reason` is why it is not.

    `looked` is when it was last looked at, null for never, and `found` why that one look failed,
    nothing where it passed: it takes several to say anything of health.
    """

    check: str
    service: str
    level: Level
    healthy: bool | None
    reason: str
    looked: datetime | None
    found: str


class ChecksReply(Reply, frozen=True, kw_only=True):
    """All checks of the services that are to be up."""

    checks: tuple[CheckReply, ...]


class ColumnReply(Reply, frozen=True, kw_only=True):
    """Of one service the values from number `first` of the samples on; null where it did not run.

    `cores` is what it took of a processor, 1 for all of one, `memory` is in bytes.
    """

    first: int
    cores: list[float | None]
    memory: list[int | None]


class HistoryReply(Reply, frozen=True, kw_only=True):
    """What was measured within the last hour.

    `at` are Unix seconds, `restarts` how many lives began since the sample before because the one
    before broke. `services` are those that have processes of their own, with `nurseryd`, in which
    all tasks are, as far as they run no program. Memory is what is resident, what processes share
    once for each of them.
    """

    at: list[float]
    restarts: list[int]
    services: dict[str, ColumnReply]


class TakenReply(Reply, frozen=True, kw_only=True):
    """What a service takes, in so many `processes`; `cpu` are seconds of this life and others."""

    cores: float
    cpu: float
    memory: int
    processes: int


class SampleReply(Reply, frozen=True, kw_only=True):
    """What was measured at one moment: one more of the history, whose last one is told again."""

    at: float
    restarts: int
    services: dict[str, TakenReply]


class TurnStepsReply(Reply, frozen=True, kw_only=True):
    """How many turns went on, those that wait too: from each time, in Unix seconds, to the next."""

    at: list[float]
    turns: list[int]


class TurnStepReply(Reply, frozen=True, kw_only=True):
    """How many turns go on since then, in Unix seconds: one more step of the `turns`."""

    at: float
    turns: int


class OpsEvents(EventStream, frozen=True, kw_only=True):
    """All that there is, each by its event, then each change."""

    events: ClassVar[Mapping[str, type[Struct]]] = {
        "about": About,
        "snapshot": ServicesReply,
        "changed": ServiceReply,
        "vanished": Vanished,
        "past": Past,
        "happened": HappeningReply,
        "checks": ChecksReply,
        "history": HistoryReply,
        "sample": SampleReply,
        "previews": PreviewsReply,
        "turns": TurnStepsReply,
        "working": TurnStepReply,
    }


def happened(it: Happening) -> HappeningReply:
    return HappeningReply(
        at=instant(it.at),
        service=it.service,
        before=it.before,
        state=it.state,
        healthy=it.healthy,
        reason=it.reason,
        exit_code=it.exit_code,
        restarts=it.restarts,
    )


def checked(it: CheckStatus) -> CheckReply:
    return CheckReply(
        check=it.check,
        service=it.service,
        level=it.level,
        healthy=it.healthy,
        reason=it.reason,
        looked=None if it.looked is None else instant(it.looked),
        found=it.found,
    )


def history(columns: Columns) -> HistoryReply:
    return HistoryReply(
        at=[round(at, 1) for at in columns.at],
        restarts=columns.restarts,
        services={
            name: ColumnReply(first=it.first, cores=it.cores, memory=it.memory)
            for name, it in columns.services.items()
        },
    )


def sampled(sample: Sample) -> SampleReply:
    return SampleReply(
        at=round(sample.at, 1),
        restarts=sample.restarts,
        services={
            name: TakenReply(
                cores=round(sample.cores[name], 4),
                cpu=round(it.cpu, 2),
                memory=it.memory,
                processes=it.processes,
            )
            for name, it in sample.taken.items()
        },
    )
