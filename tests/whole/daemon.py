"""One daemon with everything in it, on ports and in a folder of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config" / "local.toml"


def until(what: str, look: Callable[[], T | None], seconds: float = 60.0) -> T:
    """Look again and again until there is something to see; fail after so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds:g} s")
        time.sleep(0.05)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on; all held while they are chosen, so that they differ."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [server.getsockname()[1] for server in held]
    for server in held:
        server.close()
    return ports


class Daemon:
    """`nurseryd -c config/local.toml` with its data in `folder`; a context manager."""

    def __init__(
        self, folder: Path, cache: Path, *, prefix: tuple[str, ...] = (), **variables: str
    ) -> None:
        self.folder = folder
        self.api_port, self.astro_port, self.hmr_port = free_ports(3)
        self.token = "a-token-for-tests"
        self.log = folder / "log"
        self._prefix = prefix
        self._environment = {
            **os.environ,
            "PORT": str(self.api_port),
            "ASTRO_PORT": str(self.astro_port),
            "HMR_PORT": str(self.hmr_port),
            "NURSERYD_TOKEN": self.token,
            "NURSERYD_CACHE": str(cache),
            "LOG_FORMAT": "json",
            **variables,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Daemon:
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
                [*self._prefix, sys.executable, "-m", "supervisor", "-c", str(CONFIG)],
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

    # The API, as a client of the original uses it.

    def get(self, path: str) -> tuple[int, Any]:
        return self._api(urllib.request.Request(f"http://127.0.0.1:{self.api_port}{path}"))

    def post(self, path: str, body: object) -> tuple[int, Any]:
        return self._api(
            urllib.request.Request(
                f"http://127.0.0.1:{self.api_port}{path}",
                data=json.dumps(body).encode(),
                headers={"Content-Type": "application/json"},
                method="POST",
            )
        )

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        return self._api(
            urllib.request.Request(
                f"http://127.0.0.1:{self.api_port}{path}",
                data=None if body is None else json.dumps(body).encode(),
                headers={"Content-Type": "application/json"},
                method=method,
            )
        )

    def text(self, path: str, accept: str) -> str:
        """A page of the API that is no JSON."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.api_port}{path}",
            headers={"Accept": accept, "Authorization": f"Bearer {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read().decode()

    def first_event(self, path: str) -> str:
        """The first of a stream of server-sent events."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.api_port}{path}",
            headers={"Authorization": f"Bearer {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return "".join(line.decode() for line in iter(answer.readline, b"\n"))

    def _api(self, request: urllib.request.Request) -> tuple[int, Any]:
        request.add_header("Authorization", f"Bearer {self.token}")
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def init(self, thread: str = "first", **more: str) -> dict[str, Any]:
        body = {"clientId": "acme", "userId": "ada", "threadId": thread, **more}
        status, answer = self.post("/api/init", body)
        assert status == 200, answer
        return answer

    def execute(self, instruction: str, thread: str = "first") -> dict[str, Any]:
        ids = {"clientId": "acme", "userId": "ada", "threadId": thread}
        status, answer = self.post("/api/execute", {"instruction": instruction, **ids})
        assert status == 200, answer
        return answer["result"]

    # The preview.

    @property
    def preview(self) -> str:
        return f"http://127.0.0.1:{self.hmr_port}/"

    def page(self, path: str = "") -> tuple[int, str]:
        try:
            with urllib.request.urlopen(self.preview + path, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def shown(self, text: str, path: str = "", seconds: float = 180.0) -> str:
        """Wait until the preview shows a text; the page."""

        def look() -> str | None:
            status, page = self.page(path)
            return page if status == 200 and text in page else None

        return until(f"a page with {text!r}", look, seconds)

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
