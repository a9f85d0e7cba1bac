"""supervisord, each program a group of its own, as one writes it."""

from __future__ import annotations

from tests.benchmarks.job import Job, Launch
from tests.benchmarks.peers.peer import Peer
from tests.benchmarks.tools import SUPERVISORD, installed

DAEMON = """\
[supervisord]
nodaemon = true
user = root
minfds = 4096
logfile = {directory}/supervisord.log
pidfile = {directory}/supervisord.pid
childlogdir = {directory}
"""


class Supervisord(Peer):
    name = "supervisord"

    def launch(self, job: Job) -> Launch:
        text = DAEMON.format(directory=job.directory)
        for program in job.programs:
            text += f"[program:{program.name}]\ncommand = {' '.join(program.command)}\n"
            if job.fast:
                text += "startsecs = 0\nautorestart = true\n"
                text += "stdout_logfile = NONE\nstderr_logfile = NONE\n"
            if job.capture:
                text += f"stdout_logfile = {job.directory}/{program.name}.log\n"
                text += "stdout_logfile_maxbytes = 0\n"
            if job.grace is not None:
                text += f"stopwaitsecs = {job.grace:.0f}\n"
        file = job.directory / "supervisord.conf"
        file.write_text(text)
        program = installed(self.tools.in_venv("supervisor", "supervisord"))
        return Launch((str(program), "-c", str(file)), captured=("*.log",))

    def version(self) -> str:
        return SUPERVISORD
