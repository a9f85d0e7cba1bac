"""Threads of one real Astro site in a real daemon: their room on disk, and how soon they open."""

from __future__ import annotations

import shutil
import subprocess
import time
from functools import partial
from pathlib import Path

from services.messages import ThreadKey
from services.previews.node import find_node
from services.previews.servers import RUNNER
from tests.benchmarks.figures import Aim, Figure, Results
from tests.benchmarks.pages import await_page, running
from tests.benchmarks.workspaces.pairs import OURS
from tests.benchmarks.workspaces.sizes import Sizes
from tests.ports import free_ports
from tests.whole.daemon import Daemon

STARTER = RUNNER.parents[1] / "workspaces" / "starter"
ALLOWED = "one thread and its source again for each"
ALONE = "Astro alone"
FIRST = Figure("site", "the first thread, nothing cached: until its page", "s")
ROOM = Figure("site", "threads on disk: volume and cache", "MB", (Aim(ALLOWED, 1.15),))
OPENING = Figure("site", "open a thread, dependencies cached: until its page", "s")
BEYOND = Figure("site", "the same, beyond Astro's own start", "s", (Aim("", 1.0),))


def measure(results: Results, sizes: Sizes, scratch: Path) -> None:
    """As many threads of the starter site as it says, each with a dev server that answers."""
    source = scratch / "source"
    shutil.copytree(STARTER, source, ignore=shutil.ignore_patterns("node_modules", ".astro"))
    volume, cache = scratch / "volume", scratch / "cache"
    with Daemon(scratch, cache, WORKSPACE_PATH=str(volume)) as daemon:
        results.add(FIRST, OURS, _open(daemon, "t0"))
        one = _megabytes(volume, cache)
        for number in range(1, sizes.threads):
            work = {
                ALONE: partial(_alone, scratch / f"alone{number}", source, cache),
                OURS: partial(_open, daemon, f"t{number}"),
            }
            order = sorted(work, reverse=number % 2 == 0)  # who is first changes with every turn
            took = {name: work[name]() for name in order}
            alone, opened = took[ALONE], took[OURS]
            results.add(OPENING, ALONE, alone)
            results.add(OPENING, OURS, opened)
            results.add(BEYOND, OURS, opened - alone)
        results.add(ROOM, OURS, _megabytes(volume, cache))
        results.add(ROOM, ALLOWED, one + sizes.threads * _megabytes(source))
        daemon.end()


def _open(daemon: Daemon, thread: str) -> float:
    """Seconds from the request until the preview's page is there."""
    begun = time.monotonic()
    daemon.init(thread)
    host = f"{ThreadKey('acme', 'ada', thread).preview_id}.localhost:{daemon.hmr_port}"
    await_page(daemon.preview, host)
    return time.monotonic() - begun


def _alone(folder: Path, source: Path, cache: Path) -> float:
    """Seconds until the same runner, started by hand, has a page of a checkout of its own."""
    root = folder / "site"
    shutil.copytree(source, root)
    modules = next((cache / "modules").glob("*/node_modules"))
    (root / "node_modules").symlink_to(modules)
    (port,) = free_ports(1)
    command = [find_node().node, RUNNER, "dev", root, port, folder / "cache", modules]
    begun = time.monotonic()
    with running(list(map(str, command)), root):
        await_page(f"http://127.0.0.1:{port}/")
        return time.monotonic() - begun


def _megabytes(*folders: Path) -> float:
    """What `du` says of them together; a file with several names in them counts once.

    A dev server that still works there may take a file away while `du` looks at it.
    """
    done = subprocess.run(
        ["du", "--summarize", "--total", "--block-size=1", *map(str, folders)],
        check=False,
        capture_output=True,
        text=True,
    )
    return int(done.stdout.splitlines()[-1].split()[0]) / 1e6
