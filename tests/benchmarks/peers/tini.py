"""tini, an init and no more: it runs one program and reaps what that leaves behind."""

from __future__ import annotations

from tests.benchmarks.job import Job, Launch
from tests.benchmarks.peers.peer import Peer, of_package
from tests.benchmarks.tools import installed


class Tini(Peer):
    name = "tini"
    parts = frozenset({"orphans"})

    def launch(self, job: Job) -> Launch:
        (program,) = job.programs
        return Launch((str(installed("tini")), "--", *program.command))

    def version(self) -> str:
        return of_package("tini")
