"""What all the checks of a service say together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from supervisor.control import ReportHealth
from supervisor.desk import NotFound
from supervisor.spec import HealthSpec


class Verdicts:
    """The last report of every check. Unknown is not healthy: all must have said so."""

    def __init__(self, checks: Iterable[HealthSpec]) -> None:
        self._checks = {check.name: check for check in checks}
        self._reports: defaultdict[str, dict[str, ReportHealth]] = defaultdict(dict)

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
        reports = self._reports[report.service]
        reports[report.check] = report
        for bad in reports.values():
            if not bad.healthy:
                return False, f"{bad.check}: {bad.reason}"
        wanted = {name for name, check in self._checks.items() if concerns(check, report.service)}
        return (True if wanted <= set(reports) else None), ""

    def forget(self, service: str) -> None:
        """A service began or ended a life: nothing that was said before holds."""
        self._reports.pop(service, None)


def concerns(check: HealthSpec, service: str) -> bool:
    """Whether a check is of this service, or of the template that it is an instance of."""
    if check.service.endswith("@"):
        return service.startswith(check.service)
    return service == check.service
