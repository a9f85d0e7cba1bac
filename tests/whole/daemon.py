"""One daemon with everything in it, on ports and in a folder of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

from tests.ports import free_ports, preview_ports
from tests.whole.api import Product, until

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config" / "local.toml"
SERVICES = ROOT / "config" / "services.toml"


class Daemon(Product):
    """`nurseryd -c config/local.toml`, or another, with its data in `folder`; a context manager."""

    def __init__(
        self,
        folder: Path,
        cache: Path,
        *,
        prefix: tuple[str, ...] = (),
        config: Path = CONFIG,
        **variables: str,
    ) -> None:
        self.folder = folder
        self.address = "127.0.0.1"
        self.api_port, self.astro_port, self.hmr_port = free_ports(3)
        self.token = "a-token-for-tests"
        self.log = folder / "log"
        self._prefix = prefix
        self._config = config
        self._environment = {
            **os.environ,
            "PORT": str(self.api_port),
            "ASTRO_PORT": str(self.astro_port),
            "HMR_PORT": str(self.hmr_port),
            "NURSERYD_TOKEN": self.token,
            "NURSERYD_CACHE": str(cache),
            "LOG_FORMAT": "json",
            "NURSERYD__SERVICE__PREVIEWS__OPTIONS__ports": json.dumps(preview_ports()),
            **variables,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def start(self) -> None:
        """Start it and wait until the API says that it lives."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self._prefix, sys.executable, "-m", "supervisor", "-c", str(self._config)],
                cwd=self.folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        until("the API", self._is_up, 30)

    def _is_up(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()[-4000:]
        try:
            return self.get("/health/live")[0] == 200
        except (OSError, ValueError):  # nobody is there, or somebody else who says something else
            return False

    def end(self, signum: int = signal.SIGTERM, seconds: float = 25.0) -> int:
        """Send a signal and wait for the end; the exit code."""
        assert self.process is not None
        self.process.send_signal(signum)
        return self.process.wait(seconds)

    # The supervisor.

    def status(self) -> dict[str, dict[str, Any]]:
        """Every service by its name, as `nurseryctl status --json` has it."""
        code = "from supervisor.cli.nurseryctl import main; main()"
        done = subprocess.run(
            [sys.executable, "-c", code, "status", "--json"],
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            check=False,
        )
        return {service["name"]: service for service in json.loads(done.stdout)}

    def dev_server(self) -> dict[str, Any] | None:
        """The Astro dev server's status, once there is one and it runs."""
        for name, service in self.status().items():
            if name.startswith("astro@") and service["state"] == "RUNNING":
                return service
        return None

    def worktree(self, thread: str = "first") -> Path:
        return self.folder / ".nurseryd/workspace/acme/ada/threads" / thread


def git(directory: Path, *words: str) -> str:
    """What the git program says."""
    done = subprocess.run(
        ["git", "-C", str(directory), *words], capture_output=True, check=True, text=True
    )
    return done.stdout


def processes_with(mark: str) -> list[int]:
    """Living processes whose command line or environment has `mark` in it."""
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and int(entry.name) != os.getpid():
            try:
                text = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            except OSError:
                continue
            if mark.encode() in text:
                found.append(int(entry.name))
    return found
