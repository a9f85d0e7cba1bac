"""What git says of a worktree, in git's own short words."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import trio

from services.agent.simulation.site import Cannot

# The repository is somebody else's: nothing that its configuration names is run.
_COMMAND = ("git", "-c", "core.fsmonitor=false", "status", "--short", "--branch")
_ALLOWED = ("PATH", "HOME", "LANG", "LC_ALL")


async def git_status(root: Path) -> str:
    """The branch and the changed files. Cancelling ends git. Raises `Cannot`."""
    environment = {name: os.environ[name] for name in _ALLOWED if name in os.environ}
    environment |= {
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": str(root.parent),
    }
    try:
        done = await trio.run_process(
            _COMMAND,
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_stdout=True,
            capture_stderr=True,
            check=False,
        )
    except OSError as error:
        raise Cannot(f"cannot ask git: {error}") from error
    if done.returncode:
        raise Cannot(f"cannot ask git: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.decode(errors="replace").rstrip()
