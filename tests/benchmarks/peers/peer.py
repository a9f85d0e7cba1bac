"""What a benchmark needs to know of a supervisor."""

from __future__ import annotations

import shutil
import subprocess
from abc import ABC, abstractmethod
from typing import ClassVar

from tests.benchmarks.job import Job, Launch
from tests.benchmarks.tools import Tools

EVERYTHING = frozenset({"start", "restart", "idle", "memory", "capture", "stop", "deaf", "orphans"})


class Peer(ABC):
    """A supervisor. `parts` are the benchmarks that it has a part in."""

    name: ClassVar[str]
    parts: ClassVar[frozenset[str]] = EVERYTHING

    def __init__(self, tools: Tools) -> None:
        self.tools = tools

    @abstractmethod
    def launch(self, job: Job) -> Launch:
        """Write its configuration into the job's directory; raises `NotDone` where it cannot."""

    @abstractmethod
    def version(self) -> str: ...


def of_package(name: str) -> str:
    """The version of a Debian package, where Debian is what we are on."""
    if shutil.which("dpkg-query") is None:
        return "unknown"
    query = ["dpkg-query", "--show", "--showformat=${Version}", name]
    return subprocess.run(query, capture_output=True, text=True, check=False).stdout or "none"
