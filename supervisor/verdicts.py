"""What all the checks of a service say together, and of the whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from supervisor.control import CheckStatus, HealthReport, Looked, ReportHealth
from supervisor.desk import NotFound
from supervisor.model import ServiceStatus, State
from supervisor.spec import HealthSpec, Level


class Verdicts:
    """The last report of every check. Unknown is not healthy: all must have said so.

    `tell` is called whenever what the checks say may be different; it must not wait.
    """

    def __init__(
        self, checks: Iterable[HealthSpec], tell: Callable[[], None] = lambda: None
    ) -> None:
        self._checks = {check.name: check for check in checks}
        self._tell = tell
        self._reports: defaultdict[str, dict[str, ReportHealth]] = defaultdict(dict)
        self._looks: defaultdict[str, dict[str, tuple[float, str]]] = defaultdict(dict)

    def judge_by(self, checks: Iterable[HealthSpec]) -> None:
        """Have these checks from now on, and no others; nothing that was said before holds."""
        self._checks = {check.name: check for check in checks}
        self._reports.clear()
        self._looks.clear()
        self._tell()

    @property
    def checks(self) -> tuple[HealthSpec, ...]:
        return tuple(self._checks.values())

    def check(self, report: ReportHealth) -> HealthSpec:
        """The check that a report is of; raises `NotFound`."""
        check = self._checks.get(report.check)
        if check is None or not concerns(check, report.service):
            raise NotFound(f"cannot find a check {report.check!r} of {report.service}")
        return check

    def report(self, report: ReportHealth) -> tuple[bool | None, str]:
        """Take a report in; whether its service is healthy now, and if not why.

        None means that nobody knows: not all of its checks have reported. Raises `NotFound` for
        a check that its service does not have.
        """
        self.check(report)
        self._reports[report.service][report.check] = report
        self._tell()
        statuses = self._of(report.service)
        for status in statuses:
            if status.healthy is False:
                return False, f"{status.check}: {status.reason}"
        return (True if all(status.healthy for status in statuses) else None), ""

    def look(self, looked: Looked, at: float) -> None:
        """Keep what one look found, at a time in Unix seconds, of a check that there is."""
        check = self._checks.get(looked.check)
        if check is not None and concerns(check, looked.service):
            self._looks[looked.service][looked.check] = (at, looked.reason)
            self._tell()

    def forget(self, service: str) -> None:
        """A service began or ended a life: nothing that was said before holds."""
        known = self._reports.pop(service, None), self._looks.pop(service, None)
        if any(known):
            self._tell()

    def whole(
        self,
        level: Level,
        services: Iterable[ServiceStatus],
        besides: Iterable[ServiceStatus] = (),
    ) -> HealthReport:
        """How these services are together; they are all that are wanted up, and no others.

        For `alive` the checks of startup and alive count, for `ready` all of them, and that
        every service is up. Of those `besides` the checks are told too, and none of it counts.
        """
        levels = (Level.STARTUP, Level.ALIVE, level)
        reasons: list[str] = []
        brief: list[str] = []
        found: list[CheckStatus] = []
        for service in services:
            if level is Level.READY and service.state is not State.RUNNING:
                why = f": {service.reason}" if service.reason else ""
                brief.append(f"{service.name} is {service.state.value}")
                reasons.append(f"{brief[-1]}{why}")
            statuses = [status for status in self._of(service.name) if status.level in levels]
            found += statuses
            for status in statuses:
                if not status.healthy:
                    brief.append(f"check {status.check} of {service.name}")
                    reasons.append(f"{brief[-1]}: {status.reason or 'nobody knows yet'}")
        found += [it for other in besides for it in self._of(other.name) if it.level in levels]
        return HealthReport(not reasons, tuple(reasons), tuple(found), tuple(brief))

    def _of(self, service: str) -> list[CheckStatus]:
        reports, looks = self._reports.get(service, {}), self._looks.get(service, {})
        statuses: list[CheckStatus] = []
        for check in self._checks.values():
            if concerns(check, service):
                said = reports.get(check.name)
                healthy, reason = (said.healthy, said.reason) if said else (None, "")
                look = looks.get(check.name, (None, ""))
                statuses.append(
                    CheckStatus(check.name, service, check.level, healthy, reason, *look)
                )
        return statuses


def concerns(check: HealthSpec, service: str) -> bool:
    """Whether a check is of this service, or of the template that it is an instance of."""
    if check.service.endswith("@"):
        return service.startswith(check.service)
    return service == check.service
