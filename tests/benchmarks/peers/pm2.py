"""pm2-runtime, what pm2 has for containers."""

from __future__ import annotations

import json

from tests.benchmarks.job import Job, Launch
from tests.benchmarks.peers.peer import Peer
from tests.benchmarks.tools import PM2, installed


class Pm2(Peer):
    name = "pm2"

    def launch(self, job: Job) -> Launch:
        programs: list[dict[str, object]] = []
        for program in job.programs:
            command, *arguments = program.command
            entry: dict[str, object] = {
                "name": program.name,
                "script": command,
                "args": arguments,
                "interpreter": "none",
                "exec_mode": "fork",
                "cwd": str(job.directory),
            }
            if job.fast:
                entry |= {"pmx": False, "vizion": False, "restart_delay": 0, "min_uptime": 0}
            if job.capture:
                entry["out_file"] = str(job.directory / f"{program.name}.log")
            if job.grace is not None:
                entry["kill_timeout"] = round(job.grace * 1000)
            programs.append(entry)
        file = job.directory / "pm2.json"
        file.write_text(json.dumps({"apps": programs}))
        return Launch(
            (str(installed(self.tools.pm2)), "start", str(file)),
            environment={
                "PM2_HOME": str(job.directory / "home"),
                "PM2_DISABLE_VERSION_CHECK": "true",
            },
            captured=("*.log",),
        )

    def version(self) -> str:
        return PM2
