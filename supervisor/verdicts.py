"""What all the checks of a service say together, and of the whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from supervisor.control import CheckStatus, HealthReport, ReportHealth
from supervisor.desk import NotFound
from supervisor.model import ServiceStatus, State
from supervisor.spec import HealthSpec, Level


class Verdicts:
    """The last report of every check. Unknown is not healthy: all must have said so."""

    def __init__(self, checks: Iterable[HealthSpec]) -> None:
        self._checks = {check.name: check for check in checks}
        self._reports: defaultdict[str, dict[str, ReportHealth]] = defaultdict(dict)

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
        statuses = self._of(report.service)
        for status in statuses:
            if status.healthy is False:
                return False, f"{status.check}: {status.reason}"
        return (True if all(status.healthy for status in statuses) else None), ""

    def forget(self, service: str) -> None:
        """A service began or ended a life: nothing that was said before holds."""
        self._reports.pop(service, None)

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
        found: list[CheckStatus] = []
        for service in services:
            if level is Level.READY and service.state is not State.RUNNING:
                why = f": {service.reason}" if service.reason else ""
                reasons.append(f"{service.name} is {service.state.value}{why}")
            statuses = [status for status in self._of(service.name) if status.level in levels]
            found += statuses
            reasons += [
                f"{status.check} of {service.name}: {status.reason or 'nobody knows yet'}"
                for status in statuses
                if not status.healthy
            ]
        found += [it for other in besides for it in self._of(other.name) if it.level in levels]
        return HealthReport(not reasons, tuple(reasons), tuple(found))

    def _of(self, service: str) -> list[CheckStatus]:
        reports = self._reports.get(service, {})
        statuses: list[CheckStatus] = []
        for check in self._checks.values():
            if concerns(check, service):
                said = reports.get(check.name)
                healthy, reason = (said.healthy, said.reason) if said else (None, "")
                statuses.append(CheckStatus(check.name, service, check.level, healthy, reason))
        return statuses


def concerns(check: HealthSpec, service: str) -> bool:
    """Whether a check is of this service, or of the template that it is an instance of."""
    if check.service.endswith("@"):
        return service.startswith(check.service)
    return service == check.service
