"""Where the things of a workspace are on disk: paths, computed and never touched."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from services.messages import ThreadKey

PARTIAL = ".partial-"


@dataclass(frozen=True, slots=True)
class Layout:
    """One user's workspace. `root` holds all of them and is a resolved path."""

    root: Path
    client: str
    user: str

    @classmethod
    def of(cls, root: Path, key: ThreadKey) -> Layout:
        return cls(root, key.client, key.user)

    @property
    def home(self) -> Path:
        return self.root / self.client / self.user

    @property
    def project(self) -> Path:
        """The clone; its files stay on the default branch."""
        return self.home / "project"

    @property
    def git(self) -> Path:
        """The git directory that every thread shares."""
        return self.project / ".git"

    @property
    def threads(self) -> Path:
        return self.home / "threads"

    @property
    def histories(self) -> Path:
        return self.home / ".claude" / "threads"

    @property
    def metadata(self) -> Path:
        return self.home / "metadata.json"

    def worktree(self, thread: str) -> Path:
        return self.threads / thread

    def admin(self, thread: str) -> Path:
        """Git's own directory of a worktree: its HEAD and its index."""
        return self.git / "worktrees" / thread

    def history(self, thread: str) -> Path:
        return self.histories / f"{thread}.jsonl"

    def partial_project(self, token: str) -> Path:
        """Where a project is built before it gets its name."""
        return self.home / f"project{PARTIAL}{token}"

    def partial_worktree(self, token: str) -> Path:
        """Where a worktree is built; no thread can have this name."""
        return self.threads / f"{PARTIAL}{token}"

    def paths(self, thread: str) -> tuple[Path, ...]:
        """Every path that is read or written for a thread."""
        return (
            self.git,
            self.metadata,
            self.admin(thread),
            self.worktree(thread),
            self.history(thread),
        )
