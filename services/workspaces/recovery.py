"""What a start does about an end that nobody saw coming."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from services.messages import ThreadKey
from services.workspaces import files
from services.workspaces.git import moving
from services.workspaces.layout import Layout
from services.workspaces.settings import Settings
from services.workspaces.threads import Threads


@dataclass(frozen=True, slots=True)
class Recovery:
    """Call it only with nobody else at work on the workspaces."""

    settings: Settings

    def layouts(self) -> tuple[Layout, ...]:
        """Every user's workspace on disk."""
        return tuple(files.layouts(self.settings.root))

    def keys(self) -> tuple[ThreadKey, ...]:
        """Every thread that has a worktree on disk."""
        return tuple(
            ThreadKey(layout.client, layout.user, thread)
            for layout in self.layouts()
            for thread in files.worktrees(layout)
        )

    def recover(self, layout: Layout) -> tuple[str, ...]:
        """Remove what was half made, and finish what was begun; what that was, in words.

        Raises `GitFailed` and `OSError` where a workspace is broken beyond that.
        """
        files.remove_partial(layout)
        done = [f"removed {lock}" for lock in files.remove_locks(layout.git)]
        if torn := files.remove_torn(layout.git):
            done.append(f"removed {torn} files that were half written")
        threads = Threads(self.settings)
        if moving.recover(layout.git, "", self.settings.author):
            done.append("finished a move of the project")
        done += [
            f"finished a move of {thread}"
            for thread in files.worktrees(layout)
            if moving.recover(layout.admin(thread), thread, self.settings.author)
        ]
        done += [
            f"finished to {began} {thread}"
            for thread in files.threads(layout)
            if (began := threads.finish(layout, thread))
        ]
        done += [f"removed {name}" for name in _remove_orphans(layout)]
        return tuple(done)


def _remove_orphans(layout: Layout) -> list[str]:
    """Remove git's directories of worktrees that are gone; their branches and saves stay."""
    gone: list[Path] = [
        admin
        for admin in (layout.git / "worktrees").glob("*/")
        if not layout.worktree(admin.name).is_dir()
    ]
    for admin in gone:
        files.remove(admin)
    return [str(admin.relative_to(layout.git)) for admin in gone]
