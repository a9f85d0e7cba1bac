"""Where the things of a workspace are on disk: paths, computed and never touched."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from services.workspaces.writing import PARTIAL


@dataclass(frozen=True, slots=True)
class Layout:
    """One user's workspace. `root` holds all of them and is a resolved path."""

    root: Path
    client: str
    user: str

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
        """The journal of a thread's turns."""
        return self.histories / f"{thread}.jsonl"

    def agent(self, thread: str) -> Path:
        """What the agent keeps of a thread beside its journal: a folder."""
        return self.histories / f"{thread}.agent"

    def busy(self, thread: str) -> Path:
        """Is there while the agent works in a thread."""
        return self.histories / f"{thread}.busy"

    def record(self, thread: str) -> Path:
        """What is remembered of a thread beside git."""
        return self.histories / f"{thread}.thread.json"

    def retired(self, thread: str, token: str) -> Path:
        """Where the journal of a deleted thread stays."""
        return self.home / ".claude" / "deleted" / f"{thread}.{token}.jsonl"

    def aside(self, thread: str) -> Path:
        """Where a thread's ignored files wait while it has no worktree."""
        return self.home / ".claude" / "aside" / thread

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
            self.agent(thread),
            self.busy(thread),
            self.record(thread),
            self.aside(thread),
        )
