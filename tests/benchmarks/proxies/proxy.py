"""What a benchmark needs to know of a proxy."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from tests.benchmarks.job import Launch
from tests.benchmarks.proxies.tools import Tools


@dataclass(frozen=True, slots=True)
class Place:
    """A directory of its own, the port to listen on and the one to pass everything to; loopback."""

    directory: Path
    port: int
    backend: int


class Proxy(ABC):
    """A proxy in the plainest configuration that passes on HTTP and WebSockets."""

    name: ClassVar[str]

    def __init__(self, tools: Tools) -> None:
        self.tools = tools

    @abstractmethod
    def launch(self, place: Place) -> Launch:
        """Write its configuration into the directory; raises `NotDone` where it is missing."""

    @abstractmethod
    def version(self) -> str: ...
