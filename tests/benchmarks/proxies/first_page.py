"""How long it takes from `make run` to a page of the site, and from Astro's own command."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from functools import partial
from pathlib import Path

from services.previews.node import find_node
from tests.benchmarks.figures import Aim, Figure, Results
from tests.benchmarks.pages import await_page, running
from tests.benchmarks.proxies.sizes import Sizes
from tests.benchmarks.proxies.stage import Stage
from tests.benchmarks.workspaces.site import STARTER
from tests.ports import free_ports
from tests.whole.daemon import CONFIG, ROOT, Daemon, until

MAKE = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")  # of one that runs us
OURS, ALONE = "nurseryd", "astro dev"
WARM = Figure("first-page", "first page, dependencies there", "s")
BEYOND = Figure("first-page", "the same, beyond Astro's own start", "s", (Aim("", 1.0),))
FRESH = Figure("first-page", "first page of a site never seen before", "s")
COLD = Figure("cold", "first page of a fresh clone, nothing installed", "s")


def measure(results: Results, sizes: Sizes, stage: Stage) -> None:
    """`make run` with the environment there: first with nothing of the site, then with all."""
    scratch = _folder(stage, "first-page")
    results.add(FRESH, OURS, _run(ROOT, scratch))
    site = _site(scratch)
    await_first = {OURS: partial(_run, ROOT, scratch), ALONE: partial(_alone, site)}
    _alone(site)  # which leaves Vite's cache behind, as ours did
    for turn in range(sizes.starts):
        order = sorted(await_first, reverse=turn % 2 == 0)  # who is first changes with every turn
        took = {name: await_first[name]() for name in order}
        for name, seconds in took.items():
            results.add(WARM, name, seconds)
        results.add(BEYOND, OURS, took[OURS] - took[ALONE])


def measure_cold(results: Results, _sizes: Sizes, stage: Stage) -> None:
    """`make run` in a fresh clone; pip and npm download everything."""
    scratch = _folder(stage, "cold")
    clone = scratch / "clone"
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    for name in filter(None, listed.split("\0")):
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, clone / name)
    results.add(COLD, OURS, _run(clone, scratch, PIP_NO_CACHE_DIR="1"))


def _run(tree: Path, scratch: Path, **more: str) -> float:
    """Seconds from `make run` until a thread, opened as soon as the API is there, has its page."""
    variables = {
        "NURSERYD_SOCKET": str(scratch / "socket"),
        "WORKSPACE_PATH": str(scratch / "volume"),
        **more,
    }
    begun = time.monotonic()
    with Made(tree, scratch, variables) as daemon:
        daemon.init()
        await_page(daemon.preview)
        return time.monotonic() - begun


def _folder(stage: Stage, name: str) -> Path:
    folder = stage.disk / name
    folder.mkdir()
    return folder


class Made(Daemon):
    """The daemon as `make run` starts it, in `tree`."""

    def __init__(self, tree: Path, folder: Path, variables: dict[str, str]) -> None:
        super().__init__(folder, folder / "cache", prefix=(), config=CONFIG, **variables)
        self._tree = tree

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                ["make", "run"],
                cwd=self._tree,
                env={name: value for name, value in self._environment.items() if name not in MAKE},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until("the API", self._is_up, 600)

    def __exit__(self, *_error: object) -> None:
        """End all of it, which make alone would not wait for."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(25)
        until("the end", partial(_is_empty, self.process.pid))


def _is_empty(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def _site(scratch: Path) -> Path:
    """The starter site with its dependencies, as somebody has it without us."""
    site = scratch / "site"
    shutil.copytree(STARTER, site, ignore=shutil.ignore_patterns("node_modules", ".astro"))
    modules = next((scratch / "cache" / "modules").glob("*/node_modules"))
    shutil.copytree(modules, site / "node_modules", symlinks=True)
    return site


def _alone(site: Path) -> float:
    """Seconds until Astro's own command has a page."""
    (port,) = free_ports(1)
    astro = site / "node_modules" / "astro" / "bin" / "astro.mjs"
    command = [find_node().node, astro, "dev", "--host", "127.0.0.1", "--port", port]
    begun = time.monotonic()
    with running(list(map(str, command)), site):
        await_page(f"http://127.0.0.1:{port}/")
        return time.monotonic() - begun
