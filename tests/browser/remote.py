"""A bare repository on disk, and somebody else who pushes to it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

DEFAULT = "trunk"  # no protected branch, so that it may be pushed


class Remote:
    """`bare` has one commit on its default branch, with `files` of text by their paths."""

    def __init__(self, folder: Path, files: dict[str, str]) -> None:
        self.bare = folder / "remote.git"
        self._site = folder / "elsewhere"
        self._site.mkdir(parents=True)
        self._git("init", "-q", "-b", DEFAULT)
        self._commit(files, "The site")
        self._git("clone", "-q", "--bare", str(self._site), str(self.bare))
        self._git("remote", "add", "origin", str(self.bare))

    @property
    def url(self) -> str:
        return f"file://{self.bare}"

    def push(self, branch: str, path: str, text: str) -> None:
        """Somebody else changes a file on a branch, on top of what is there."""
        self._git("fetch", "-q", "origin")
        self._git("checkout", "-q", "-B", "work", f"origin/{branch}")
        self._commit({path: text}, f"Somebody changes {path}")
        self._git("push", "-q", "origin", f"work:{branch}")

    def show(self, branch: str, path: str) -> str:
        """A file as the remote has it."""
        return self._git("--git-dir", str(self.bare), "show", f"{branch}:{path}")

    def log(self, branch: str) -> list[str]:
        """The subjects of a branch's commits, the newest first."""
        said = self._git("--git-dir", str(self.bare), "log", "--format=%s", branch)
        return said.splitlines()

    def _commit(self, files: dict[str, str], message: str) -> None:
        for path, text in files.items():
            file = self._site / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        self._git("add", ".")
        self._git("commit", "-q", "-m", message)

    def _git(self, *words: str) -> str:
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            **{f"GIT_{who}_NAME": "Ann" for who in ("AUTHOR", "COMMITTER")},
            **{f"GIT_{who}_EMAIL": "ann@example.com" for who in ("AUTHOR", "COMMITTER")},
        }
        done = subprocess.run(
            ["git", *words],
            cwd=self._site,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout
