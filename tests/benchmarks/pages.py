"""Dev servers run by hand, and the first page that one has."""

from __future__ import annotations

import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

# Nothing of who runs the benchmark: Astro, for one, detaches itself where an agent started it.
ENVIRONMENT = {"ASTRO_TELEMETRY_DISABLED": "1", "NODE_ENV": "development", "LANG": "C.UTF-8"}


@contextmanager
def running(command: Sequence[str], where: Path) -> Generator[None]:
    """A program, killed afterwards."""
    process = subprocess.Popen(
        command,
        cwd=where,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()


def await_page(address: str, host: str | None = None, within: float = 300.0) -> None:
    """Ask until there is a page; raises `TimeoutError` after so many seconds."""
    request = urllib.request.Request(address, headers={"Host": host} if host else {})
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                answer.read()
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.01)
    raise TimeoutError(f"{address} had no page within {within:g} s")
