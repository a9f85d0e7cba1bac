"""The real supervisorctl, as a person runs it."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass

import trio

from tests.supervisor.real import PATIENCE, ROOT, Daemon

SUPERVISORCTL = ROOT / ".venv" / "supervisorctl" / "bin" / "supervisorctl"


@dataclass(frozen=True, slots=True)
class Said:
    text: str
    status: int


class Supervisorctl:
    """Runs one command at a time, as a person would from a shell."""

    def __init__(self, it: Daemon) -> None:
        self.url = f"unix://{it.socket}"
        self._command = [str(SUPERVISORCTL), "-s", self.url, "-u", "who", "-p", "ever"]

    async def __call__(self, line: str) -> Said:
        with trio.fail_after(PATIENCE):
            done = await trio.run_process(
                [*self._command, *line.split()],
                stdin=subprocess.DEVNULL,
                capture_stdout=True,
                stderr=subprocess.STDOUT,
                check=False,
            )
        return Said(done.stdout.decode(), done.returncode)

    async def read(self, line: str, *, until: str, tell: str = "") -> str:
        """What one that does not end by itself has said when it says `until`; then it ends."""
        process = await trio.lowlevel.open_process(
            [*self._command, *line.split()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        assert process.stdin is not None
        assert process.stdout is not None
        said = ""
        try:
            with trio.fail_after(PATIENCE):
                if tell:
                    await process.stdin.send_all(f"{tell}\n".encode())
                while until not in said:
                    chunk = await process.stdout.receive_some()
                    assert chunk, said
                    said += chunk.decode()
        finally:
            process.kill()
            with trio.CancelScope(shield=True):
                await process.wait()
                await process.stdin.aclose()
                await process.stdout.aclose()
        return said
