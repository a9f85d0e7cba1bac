"""What a start does about an end that nobody saw coming."""

from __future__ import annotations

from dataclasses import dataclass

from services.messages import ThreadKey
from services.workspaces import files
from services.workspaces.git import moving, worktrees
from services.workspaces.git.repository import GitFailed
from services.workspaces.layout import Layout
from services.workspaces.places import Places
from services.workspaces.settings import Settings
from services.workspaces.threads import Threads
from supervisor.desk import Refused


@dataclass(frozen=True, slots=True)
class Recovery:
    """Call it only with nobody else at work on the workspaces."""

    settings: Settings

    def layouts(self) -> tuple[Layout, ...]:
        """Every user's place on disk."""
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

        One thread that cannot be recovered stays as it is and is among the words. Raises
        `GitFailed` and `OSError` where that is so of the whole workspace.
        """
        files.remove_partial(layout)
        if not layout.git.is_dir():
            return ()
        done = [f"removed {lock}" for lock in files.remove_locks(layout.git)]
        if torn := files.remove_torn(layout.git):
            done.append(f"removed {torn} files that were half written")
        if became := moving.recover(layout.git, moving.PROJECT, self.settings.author):
            done.append(f"{became} of the project")
        for thread in _all(layout):
            try:
                done += self._recover(layout, thread)
            except (Refused, GitFailed, OSError, RecursionError) as error:
                done.append(f"left {thread} as it is: {error}")
        files.exclude(layout.git)  # where nobody did yet; what was begun before is done
        return tuple(done)

    def _recover(self, layout: Layout, thread: str) -> list[str]:
        place, admin = layout.worktree(thread), layout.admin(thread)
        done: list[str] = []
        if worktrees.is_whole(admin):
            if place.is_dir():
                worktrees.link(place, admin)
            if became := moving.recover(admin, thread, self.settings.author):
                done.append(f"{became} of {thread}")
        if began := Threads(self.settings).finish(layout, thread):
            done.append(f"finished to {began} {thread}")
        if Places(self.settings).let_go(layout, thread):
            done.append(f"removed git's directory of {thread}, whose files are gone")
        return done


def _all(layout: Layout) -> list[str]:
    """Every thread with a record or a worktree, or with git's directory of one."""
    admins = {admin.name for admin in (layout.git / "worktrees").glob("*/")}
    return sorted(admins.union(files.threads(layout)))
