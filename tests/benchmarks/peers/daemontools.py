"""The heirs of daemontools: a directory for each service, and a `run` script in it."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.benchmarks.job import Job, Launch, NotDone, Program
from tests.benchmarks.peers.peer import Peer, of_package
from tests.benchmarks.tools import installed


def write_script(path: Path, command: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\nexec {command}\n")
    path.chmod(0o755)


def write_service(directory: Path, program: Program, logger: str) -> Path:
    """Its directory; `logger` is the command that its `log/run` execs, if it has one."""
    service = directory / "services" / program.name
    write_script(service / "run", " ".join(program.command))
    if logger:
        write_script(service / "log" / "run", logger)
    return service


class S6(Peer):
    """s6-svscan; what a program writes goes through s6-log, with room for all of it."""

    name = "s6"

    def launch(self, job: Job) -> Launch:
        for program in job.programs:
            logs = job.directory / f"{program.name}.logs"
            logger = f"s6-log n20 s268435455 {logs}" if job.capture else ""
            service = write_service(job.directory, program, logger)
            if job.grace is not None:
                (service / "timeout-kill").write_text(f"{job.grace * 1000:.0f}\n")
        scan = installed("s6-svscan")
        return Launch((str(scan), str(job.directory / "services")), captured=("*.logs/*",))

    def version(self) -> str:
        return of_package("s6")


class Runit(Peer):
    """runsvdir; what a program writes goes through svlogd, with room for all of it."""

    name = "runit"

    def launch(self, job: Job) -> Launch:
        for program in job.programs:
            logs = job.directory / f"{program.name}.logs"
            write_service(job.directory, program, f"svlogd {logs}" if job.capture else "")
            if job.capture:
                logs.mkdir()
                (logs / "config").write_text("s1000000000\nn20\n")
        if job.grace is not None:
            raise NotDone("it never sends SIGKILL by itself")
        return Launch(
            (str(installed("runsvdir")), str(job.directory / "services")),
            stop_signal=signal.SIGHUP,  # as runsvdir(8) has it: TERM would leave the services
            captured=("*.logs/current", "*.logs/@*"),
        )

    def version(self) -> str:
        return of_package("runit")
