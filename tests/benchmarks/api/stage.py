"""What is measured: the real daemon with a thread in it, and Express beside the same worktree."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from services.previews.node import find_node
from tests.benchmarks.job import Launch, NotDone
from tests.benchmarks.proxies.stage import PROXY_CPU, Served, pinned
from tests.ports import free_ports
from tests.whole.daemon import Daemon

HERE = Path(__file__).parent
EXPRESS = HERE / "express"
VERSION = "5.3.0"  # as its lock has it
THREAD = "acme/ada/first"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked: a port, the processes that it costs, and a line of the request's head."""

    port: int
    processes: Sequence[int]
    field: str

    def pids(self) -> Sequence[int]:
        return self.processes


def install(folder: Path) -> None:
    """Express, with the npm that nurseryd brings; what is there stays."""
    place = folder / "express"
    if not (place / "node_modules" / "express").exists():
        place.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(EXPRESS / name, place)
        node = find_node()
        command = [node.node, node.npm, "ci", "--silent", "--no-audit", "--no-fund"]
        subprocess.run([*command, "--prefix", place], check=True)


@contextmanager
def daemon(scratch: Path) -> Generator[tuple[Asked, Path]]:
    """`nurseryd` with one thread and no dev server; with it, the thread's worktree."""
    volume = scratch / "volume"
    running = Daemon(
        scratch,
        scratch / "cache",
        prefix=pinned(PROXY_CPU),
        WORKSPACE_PATH=str(volume),
        PREVIEWS_MOST="1",
    )
    with running:
        running.init()
        running.post(f"/v1/threads/{THREAD}/preview/stop", {})
        assert running.process is not None
        field = f"Authorization: Bearer {running.token}"
        served = Asked(running.api_port, [running.process.pid], field)
        yield served, volume / "acme" / "ada" / "threads" / "first"
        running.end()


@contextmanager
def express(folder: Path, scratch: Path, worktree: Path) -> Generator[Asked]:
    """Raises `NotDone` where it is not installed."""
    place = folder / "express"
    if not (place / "node_modules" / "express").exists():
        raise NotDone("not installed: there is no express")
    [port] = free_ports(1)
    script = (str(EXPRESS / "server.mjs"), str(place), str(port), str(worktree))
    launch = Launch((str(find_node().node), *script), {"NODE_ENV": "production", **_path()})
    served = Served(launch, scratch, port, PROXY_CPU)
    try:
        served.until_listening()
        yield Asked(port, served.pids(), "Accept: */*")
    finally:
        served.close()


def _path() -> dict[str, str]:
    return {"PATH": os.environ["PATH"]}
