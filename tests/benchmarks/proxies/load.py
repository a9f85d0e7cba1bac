"""The load program at work: what it did, how long that took, what it cost whom it asked."""

from __future__ import annotations

import subprocess
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Protocol

import msgspec

from tests.benchmarks import procfs
from tests.benchmarks.job import NotDone
from tests.benchmarks.proxies.stage import LOAD_CPU, pinned
from tests.benchmarks.proxies.tools import Tools


class Server(Protocol):
    """Who is asked: where it listens, and the processes that it is."""

    @property
    def port(self) -> int: ...

    def pids(self) -> Sequence[int]: ...


class Opened(msgspec.Struct, frozen=True):
    opened: int
    opening_ms: float


class Done(msgspec.Struct, frozen=True):
    """`cpu_us` is the time on a processor, of whom was asked, for each of what was done."""

    done: int
    seconds: float
    p50_us: float
    p99_us: float
    cpu_us: float = 0.0


@contextmanager
def loading(tools: Tools, served: Server, *work: str) -> Generator[subprocess.Popen[str]]:
    """The program, started; it is gone afterwards."""
    port = str(served.port)
    command = [*pinned(LOAD_CPU), str(tools.load), port, f"127.0.0.1:{port}", *work]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def said(process: subprocess.Popen[str]) -> str:
    """Its next line; raises `NotDone` with what it complains about."""
    assert process.stdout is not None
    assert process.stderr is not None
    if line := process.stdout.readline():
        return line
    raise NotDone((process.stderr.read().strip().splitlines() or ["the load ended"])[0])


def run(tools: Tools, served: Server, *work: str) -> Done:
    """Do it once, warm. Raises `NotDone` where an answer is not as it should be."""
    with loading(tools, served, *work) as process:
        said(process)
        pids = served.pids()
        before = procfs.cpu_ms(pids) + procfs.reaped_cpu_ms(pids)
        done = msgspec.json.decode(said(process), type=Done)
        spent = procfs.cpu_ms(pids) + procfs.reaped_cpu_ms(pids) - before
    return msgspec.structs.replace(done, cpu_us=spent * 1000 / done.done)
