"""Ourselves, as a user has us: the installed command, a TOML file, JSON on stdout."""

from __future__ import annotations

import json
import subprocess
from importlib import metadata

from tests.benchmarks.job import Job, Launch, NotDone, Program
from tests.benchmarks.peers.peer import Peer
from tests.benchmarks.tools import installed

# A child of the restart benchmark lives a second or more before it is killed. The default of
# `stable_after` is 5 s; after a life that was shorter a restart waits on purpose.
FAST = """\
stable_after = 1.0
backoff = { first = 0.01, factor = 1.0 }
budget = { restarts = 1000, period = 60.0 }
"""


class Nurseryd(Peer):
    name = "nurseryd"

    def launch(self, job: Job) -> Launch:
        command = (str(installed(self.tools.nurseryd)), "-c", str(job.directory / "nurseryd.toml"))
        socket = job.directory / "socket"
        tables = [f'[supervisor]\nsocket = "{socket}"\nlog = "json"\n']
        tables += [self.table(job, program) for program in job.programs]
        (job.directory / "nurseryd.toml").write_text("\n".join(tables))
        return Launch(command, captured=("stdout",))

    def table(self, job: Job, program: Program) -> str:
        table = f'[service.{program.name}]\nkind = "process"\n'
        table += f"command = {json.dumps(program.command)}\n"
        if job.fast:
            table += FAST
        if job.grace is not None:
            table += f"stop_timeout = {job.grace}\n"
        return table

    def version(self) -> str:
        return metadata.version("nurseryd")


class NurserydFile(Nurseryd):
    """The same, with a file of its own for what a service writes, as it writes it."""

    name = "nurseryd to a file"
    parts = frozenset({"capture"})

    def launch(self, job: Job) -> Launch:
        launch = super().launch(job)
        check = [*launch.command, "check"]
        checked = subprocess.run(check, capture_output=True, text=True, check=False)
        if checked.returncode != 0:
            problem = checked.stderr.splitlines()[0].rpartition("nurseryd.toml: ")[2]
            raise NotDone(f"this nurseryd has no log file for each service: {problem}")
        return Launch(launch.command, captured=("*.log",))

    def table(self, job: Job, program: Program) -> str:
        file = json.dumps(str(job.directory / f"{program.name}.log"))
        log = f"log = {{ file = {file}, max_bytes = 0, daemon = false }}\n"
        return super().table(job, program) + log
