"""The daemon as `make run` starts it, with what a soak adds: a light dev server, a chatterer."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from supervisor.socket.client import Client
from tests.benchmarks import procfs
from tests.whole.daemon import CONFIG, ROOT, Daemon, git

LIGHT = Path(__file__).with_name("light.py")
CHATTER = ROOT / "tests" / "endurance" / "chatter.py"
STARTER = ROOT / "services" / "workspaces" / "starter"
PYTHON = (sys.executable, "-I", "-S")
PATIENCE = 30.0  # seconds for an answer
LINES, PAUSE = 200, "0.01"  # that the chatterer writes at once, and seconds between two such
MAX_BYTES, BACKUPS = 256 * 1024, 8
# The site of the light world has as many files as the starter site, and nothing to install.
MANIFEST = {"name": "light", "version": "1.0.0", "private": True}
LOCK = MANIFEST | {"lockfileVersion": 3, "requires": True, "packages": {"": MANIFEST}}

CONFIGURATION = """
[supervisor]
include = ["{config}"]

# Its lines go to a file that is put aside several times a second.
[service.chatter]
kind = "process"
command = {chatter}
autostart = false
log = {{ file = "{folder}/chatter.log", max_bytes = {size}, backups = {backups}, daemon = false }}
"""
# A drop-in: the same template and health check, another program. The simulation does not pause.
IN_ITS_PLACE = """
[service."astro@"]
command = {command}
ready = {{ every = 0.02 }}

[service.workspaces.options]
schemes = ["file"]

[service.agent.options]
simulation = {{ pause = 0 }}
"""


class World(Daemon):
    """With its data in `folder`. Where it is `light`, a dev server is `light.py` and not Astro."""

    def __init__(self, folder: Path, cache: Path, *, light: bool) -> None:
        self.light = light
        self._remote = folder / "site"
        config = folder / "nurseryd.toml"
        words = [*PYTHON, str(CHATTER), str(folder / "chatter.count"), str(LINES), PAUSE]
        config.write_text(
            CONFIGURATION.format(
                config=CONFIG,
                folder=folder,
                chatter=json.dumps(words),
                size=MAX_BYTES,
                backups=BACKUPS,
            )
        )
        if light:
            drop_ins = folder / "nurseryd.toml.d"
            drop_ins.mkdir()
            command = json.dumps([*PYTHON, str(LIGHT), "{arguments...}"])
            (drop_ins / "light.toml").write_text(IN_ITS_PLACE.format(command=command))
            _make_site(self._remote)
        super().__init__(folder, cache, config=config)

    def __exit__(self, *error: object) -> None:
        """What a daemon leaves that had to be killed goes with it."""
        alive = self.process is not None and self.process.poll() is None
        children = procfs.children(self.pid) if alive else []
        super().__exit__(*error)
        for pid in children:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def home(self) -> Path:
        """The user's folder on the volume."""
        return self.folder / ".nurseryd/workspace/acme/ada"

    def tasks(self) -> int:
        """How many live in its loop, as the metrics tell."""
        return int(self.metric("nurseryd_tasks"))

    def metric(self, name: str) -> float:
        """A figure without labels, or the sum over all of them; 0 where there is none."""
        path = os.path.relpath(self.folder / ".nurseryd/nurseryd.sock")
        found = re.findall(
            rf"^{name}(?:{{.*}})? (\S+)$", Client(path, PATIENCE).metrics(), re.MULTILINE
        )
        return sum(map(float, found))

    def open(self, thread: str) -> None:
        body = {"repoUrl": f"file://{self._remote}"} if self.light else {}
        self.good("PUT", address(thread), body)

    def good(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """Ask the API for what has to come out well; the answer."""
        status, answer = self.ask(method, path, body, headers)
        if not 200 <= status < 300:
            raise AssertionError(f"{method} {path}: {status} {answer}")
        return answer or {}


def address(thread: str) -> str:
    return f"/v1/threads/acme/ada/{thread}"


def _make_site(folder: Path) -> None:
    shutil.copytree(STARTER, folder)
    (folder / "package.json").write_text(json.dumps(MANIFEST))
    (folder / "package-lock.json").write_text(json.dumps(LOCK))
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "add", ".")
    who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
    git(folder, *who, "commit", "--quiet", "--message", "The site")
