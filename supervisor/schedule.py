"""Starting services again and again, by the clock or every so often."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from functools import cache

import structlog
import trio

from supervisor.runner import Runner
from supervisor.spec import Schedule

log = structlog.get_logger()

# How late a step of the machine's clock may be noticed, in seconds.
LOOK = 60.0
# A clock that is set back by less, in seconds, repeats nothing; by more, it is believed. After
# Debian's cron.
SET_BACK = 3 * 3600.0


def problem(schedule: Schedule) -> str | None:
    """Why nothing could ever be started by it, or None."""
    if (schedule.every is None) == (schedule.cron is None):
        return "set exactly one of every and cron"
    if schedule.cron is None:
        return None if schedule.timezone is None else "a timezone belongs to cron"
    try:
        zone = zone_of(schedule)
    except (ValueError, OSError, KeyError):  # no name at all, a folder of them, unknown
        return f"there is no time zone {schedule.timezone!r}; is tzdata installed?"
    try:
        next_time(schedule.cron, zone, time.time())
    except ValueError as error:
        return f"cron {schedule.cron!r} names no time to come: {error}"
    return None


def next_time(cron: str, zone: tzinfo, now: float) -> float:
    """The first time after `now` that an expression names; both are Unix seconds.

    Expressions and their behaviour in the nights when clocks change are Debian's cron's. Raises
    `ValueError` for one that names none within the next fifty years.
    """
    from cronsim import CronSim, CronSimError

    try:
        times = (at.timestamp() for at in CronSim(cron, datetime.fromtimestamp(now, zone)))
        # In the second pass of an hour that a night has twice it may name one of the first.
        return next(at for at in times if at > now)
    except (CronSimError, StopIteration) as error:
        raise ValueError(str(error) or "it never comes") from None


def zone_of(schedule: Schedule) -> tzinfo:
    """The time zone of a schedule, or the machine's. Never none: naive times are ambiguous.

    It stays what it was when it was first asked for: a machine's new one is for the next daemon.
    """
    if schedule.timezone is not None:
        return _zone(schedule.timezone)
    try:
        return _zone(os.environ.get("TZ", "").removeprefix(":") or None)
    except (ValueError, OSError, KeyError):  # what libc does then, too
        return UTC


@cache  # what a plan has found is there when no file can be opened
def _zone(name: str | None) -> tzinfo:
    from zoneinfo import ZoneInfo

    if name is not None:
        return ZoneInfo(name)
    with open("/etc/localtime", "rb") as file:
        return ZoneInfo.from_file(file)


class Timetable:
    """The schedules in force. `wall` is the machine's clock, in Unix seconds."""

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        self._wall = wall
        self._nursery: trio.Nursery | None = None
        self._armed: dict[str, trio.CancelScope] = {}

    def open(self, nursery: trio.Nursery) -> None:
        """From now on schedules can be kept, in tasks of this nursery."""
        self._nursery = nursery

    def arm(self, runner: Runner) -> None:
        """Start it by its schedule from now on; one that has none is left alone."""
        if runner.spec.schedule is not None and runner.spec.name not in self._armed:
            assert self._nursery is not None
            scope = self._armed[runner.spec.name] = trio.CancelScope()
            self._nursery.start_soon(self._keep, runner, runner.spec.schedule, scope)

    def disarm(self, runner: Runner) -> bool:
        """Start it no longer; a life that has begun goes on. Whether it was armed."""
        scope = self._armed.pop(runner.spec.name, None)
        if scope is None:
            return False
        scope.cancel()
        runner.plan_start(None)
        return True

    async def _keep(self, runner: Runner, schedule: Schedule, scope: trio.CancelScope) -> None:
        with scope:
            await trio.lowlevel.checkpoint_if_cancelled()  # disarmed in the turn of its arming
            due, since = trio.current_time(), self._wall()
            while True:
                if schedule.every is not None:
                    due = max(due + schedule.every, trio.current_time())
                    runner.plan_start(self._wall() + due - trio.current_time())
                    await trio.sleep_until(due)
                else:
                    since = await self._until_cron(runner, schedule, since)
                if runner.coming:
                    log.warning("scheduled start left out", service=runner.spec.name)
                else:
                    runner.start()

    async def _until_cron(self, runner: Runner, schedule: Schedule, since: float) -> float:
        """Wait for the first time after `since`; how late it then is, both in Unix seconds."""
        cron, zone = schedule.cron or "", zone_of(schedule)
        at = next_time(cron, zone, since)
        runner.plan_start(at)
        while (now := self._wall()) < at:
            if now < since - SET_BACK:
                since, at = now, next_time(cron, zone, now)
                runner.plan_start(at)
            await trio.sleep(min(at - now, LOOK))
        return now
