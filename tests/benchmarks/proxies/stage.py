"""Programs on loopback, each where it may run, and nothing of them left afterwards."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from pathlib import Path

from tests.benchmarks import procfs
from tests.benchmarks.job import Launch, NotDone
from tests.benchmarks.proxies.proxy import Place, Proxy
from tests.benchmarks.proxies.tools import Tools
from tests.benchmarks.running import ENVIRONMENT
from tests.ports import free_port

LISTENS_WITHIN = 20.0  # seconds


def processors() -> tuple[int | None, int | None]:
    """One for load and backend, another for the proxy alone; None where there are no two."""
    allowed = sorted(os.sched_getaffinity(0))
    return (allowed[0], allowed[1]) if len(allowed) > 1 else (None, None)


LOAD_CPU, PROXY_CPU = processors()


def pinned(cpu: int | None) -> tuple[str, ...]:
    return () if cpu is None else ("taskset", "--cpu-list", str(cpu))


class Served:
    """A program that listens on `port`, with all the processes that it started."""

    def __init__(self, launch: Launch, directory: Path, port: int, cpu: int | None) -> None:
        self.port = port
        self._errors = directory / "stderr"
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                [*pinned(cpu), *launch.command],
                env={**ENVIRONMENT, **launch.environment},
                cwd=directory,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,
            )

    def until_listening(self) -> None:
        """Raises `NotDone` where it does not."""
        deadline = time.monotonic() + LISTENS_WITHIN
        while self._process.poll() is None and time.monotonic() < deadline:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.02)
        said = self._errors.read_text(errors="replace").strip().splitlines()[-1:]
        raise NotDone(f"does not listen {said}")

    def pids(self) -> list[int]:
        """It and all below it. nginx writes its title over its environment: no mark would stay."""
        found = [self._process.pid]
        for pid in found:
            found += procfs.children(pid)
        return found

    def close(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


class Stage:
    """Where the `peers` are started, each in a directory in `memory`, before one backend.

    `disk` is a folder for what is too large for that, a site and its dependencies.
    """

    def __init__(self, tools: Tools, peers: Sequence[Proxy], memory: Path, disk: Path) -> None:
        self.tools = tools
        self.peers = peers
        self.disk = disk
        self._memory = memory
        self._numbers = count(1)

    @contextmanager
    def backend(self) -> Generator[Served]:
        directory, port = self._room()
        launch = Launch((str(self.tools.backend), str(port)))
        with self._serving(Served(launch, directory, port, LOAD_CPU)) as served:
            yield served

    @contextmanager
    def proxy(self, proxy: Proxy, backend: Served) -> Generator[Served]:
        """Raises `NotDone` where it is not installed or does not start."""
        directory, port = self._room()
        launch = proxy.launch(Place(directory, port, backend.port))
        with self._serving(Served(launch, directory, port, PROXY_CPU)) as served:
            yield served

    def _room(self) -> tuple[Path, int]:
        directory = self._memory / f"{next(self._numbers)}"
        directory.mkdir()
        return directory, free_port()

    @contextmanager
    def _serving(self, served: Served) -> Generator[Served]:
        with ExitStack() as leaving:
            leaving.callback(served.close)
            served.until_listening()
            yield served
