"""The volume of a container as it is on the disk: what a life left, and the next one finds."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.container.container import own

CLIENT, USER = "acme", "ada"


class Volume:
    """A folder for /workspace that belongs to the image's user; the sites of acme/ada."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = own(folder)
        self.home = folder / CLIENT / USER

    def put(self, path: str, content: bytes | str) -> Path:
        """Write a file, as a process of the container would."""
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)
        own(place)
        return place

    def file(self, thread: str, path: str) -> Path:
        """A file of a thread's worktree."""
        return self.home / "threads" / thread / path

    def git(self, *words: str, thread: str | None = None) -> str:
        """What git says in a user's repository, or in the worktree of a thread."""
        git = self.home / "project" / ".git"
        at = [f"--git-dir={git}"]
        if thread is not None:
            place = self.home / "threads" / thread
            at = [f"--git-dir={git / 'worktrees' / thread}", f"--work-tree={place}"]
        done = subprocess.run(
            ["git", "-c", "safe.directory=*", *at, *words],
            cwd=self.home / "threads" / thread if thread else self.home,
            env={
                "PATH": os.environ["PATH"],
                "GIT_CONFIG_GLOBAL": os.devnull,
                "GIT_CONFIG_NOSYSTEM": "1",
                "GIT_OPTIONAL_LOCKS": "0",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip("\n")

    def status(self, thread: str) -> list[str]:
        return self.git("status", "--porcelain", thread=thread).splitlines()

    def journal(self, thread: str) -> list[dict[str, Any]]:
        """The whole lines of a thread's journal; none where there is none."""
        try:
            data = (self.home / ".claude" / "threads" / f"{thread}.jsonl").read_bytes()
        except FileNotFoundError:
            return []
        return [json.loads(line) for line in data.splitlines(keepends=True) if line[-1:] == b"\n"]

    def count(self, thread: str, kind: str) -> int:
        """How many lines of this kind a journal has."""
        return sum(line["type"] == kind for line in self.journal(thread))

    def told(self, thread: str, kind: str) -> bool:
        """Whether a journal has a line of this kind."""
        return self.count(thread, kind) > 0

    def end_of(self, thread: str, turn: str) -> dict[str, Any] | None:
        """The line that tells the end of a turn."""
        ends = [
            line
            for line in self.journal(thread)
            if line["type"] == "turn.finished" and line["turn"] == turn
        ]
        assert len(ends) <= 1
        return ends[0] if ends else None

    @property
    def is_writing(self) -> bool:
        """Whether git is at an object that is not whole yet."""
        return any((self.home / "project/.git/objects").glob("*_git2_*"))

    def busy(self) -> set[str]:
        """The threads in which something waits for the next life."""
        return {path.stem for path in self.home.rglob("*.busy")}

    def wrong(self) -> list[str]:
        """What no end in order leaves: locks, half-written files, and what fsck finds."""
        found = [
            str(path.relative_to(self.folder))
            for pattern in ("*.lock", ".partial-*", "tmp_*")
            for path in self.home.rglob(pattern)
            if "node_modules" not in path.parts
        ]
        return found + self.git("fsck", "--strict", "--no-dangling", "--no-progress").splitlines()
