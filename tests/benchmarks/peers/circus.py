"""circus, with its statistics off."""

from __future__ import annotations

from tests.benchmarks.job import Job, Launch
from tests.benchmarks.peers.peer import Peer
from tests.benchmarks.tools import CIRCUS, installed

DAEMON = """\
[circus]
endpoint = ipc://{directory}/endpoint
pubsub_endpoint = ipc://{directory}/pubsub
statsd = False
"""


class Circus(Peer):
    name = "circus"

    def launch(self, job: Job) -> Launch:
        text = DAEMON.format(directory=job.directory)
        if job.fast:
            text += "check_delay = 0.1\nwarmup_delay = 0\n"
        for program in job.programs:
            command, *arguments = program.command
            text += f"[watcher:{program.name}]\ncmd = {command}\nargs = {' '.join(arguments)}\n"
            text += "copy_env = True\n"
            if job.capture:
                text += "stdout_stream.class = FileStream\n"
                text += f"stdout_stream.filename = {job.directory}/{program.name}.log\n"
            if job.grace is not None:
                text += f"graceful_timeout = {job.grace}\n"
        file = job.directory / "circus.ini"
        file.write_text(text)
        program = installed(self.tools.in_venv("circus", "circusd"))
        return Launch((str(program), str(file)), captured=("*.log",))

    def version(self) -> str:
        return CIRCUS
