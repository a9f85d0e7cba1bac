"""The worktree of a thread as a whole: made, saved, and taken away with all of it saved."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass

from msgspec.structs import replace

from services.messages import ID, ThreadKey
from services.workspaces import aside, files, records
from services.workspaces.finding import on_branch
from services.workspaces.git import commits, moving, saves, status, worktrees
from services.workspaces.layout import Layout
from services.workspaces.records import Record, now, read_record, write_record
from services.workspaces.settings import Settings
from supervisor.desk import Refused


def branch(layout: Layout, key: ThreadKey, record: Record) -> str:
    """The branch that a thread is on, or was on when it lost its worktree."""
    return worktrees.branch_in(layout.admin(key.thread)) or record.branch or key.branch


def who(holder: str | None) -> str:
    """Whoever is on a branch, in words."""
    return f"the thread {holder}" if holder else "the project itself"


def is_stray(layout: Layout, thread: str) -> bool:
    """Whether files came to where a worktree was after it went: a dev server may write late.

    A worktree of which git's directory was lost has a `.git`, and a record of a thread in use.
    """
    place = layout.worktree(thread)
    if not place.is_dir() or (place / ".git").exists() or worktrees.is_whole(layout.admin(thread)):
        return False
    record = read_record(layout, thread)
    return record is None or (record.archived and record.pending is None)


@dataclass(frozen=True, slots=True)
class Places:
    """Raises `Refused`, `GitFailed` and `OSError`."""

    settings: Settings

    def make(self, layout: Layout, key: ThreadKey, record: Record) -> bool:
        """Make what is missing of a worktree; whether its files were there.

        What it is about to do is in the thread's record first, and the record as it is to be
        afterwards is written last.
        """
        place, admin = layout.worktree(key.thread), layout.admin(key.thread)
        self.put_strays_aside(layout, key.thread)
        existed = place.is_dir()
        if not (existed and worktrees.is_whole(admin)):
            moving.recover(admin, key.thread, self.settings.author)
            on = branch(layout, key, record)
            if (held := on_branch(layout, on)) not in (None, key.thread):
                raise Refused(
                    f"cannot open {key}: {who(held)} is on its branch {on}; put that on another"
                    " branch first"
                )
            record = replace(record, pending="open", branch=on)
            write_record(layout, key.thread, record)
            self._check_out(layout, key.thread, record, on, keep_files=existed)
        worktrees.link(place, admin)
        aside.bring_back(layout.aside(key.thread), place)
        record = replace(record, archived=False, pending=None, branch=None, start=None)
        write_record(layout, key.thread, replace(record, updated=now(), carried=None))
        return existed

    def put_strays_aside(self, layout: Layout, thread: str) -> None:
        """Clear the place of a worktree of what came there after it went."""
        if is_stray(layout, thread):
            place = layout.worktree(thread)
            aside.put(place, os.listdir(place), layout.aside(thread))
            files.remove(place)

    def save(self, layout: Layout, thread: str) -> None:
        """Save what is uncommitted in a worktree, where there is one."""
        place, admin = layout.worktree(thread), layout.admin(thread)
        if worktrees.is_whole(admin) and place.is_dir():
            worktrees.link(place, admin)
            moving.recover(admin, thread, self.settings.author)
            saves.save(admin, thread, self.settings.author)

    def clear(self, layout: Layout, thread: str) -> None:
        """Save what a worktree holds, and remove it."""
        place, admin = layout.worktree(thread), layout.admin(thread)
        if place.is_dir():
            self.save(layout, thread)
            aside.put(place, status.ignored(admin), layout.aside(thread))
            gone = layout.partial_worktree(secrets.token_hex(4))
            place.rename(gone)
            # Once more, now that nobody finds the files any more: somebody may have written.
            worktrees.link(gone, admin)
            saves.save(admin, thread, self.settings.author)
        files.remove(admin)
        files.remove_partial(layout)

    def let_go(self, layout: Layout, thread: str) -> bool:
        """Remove git's directory of a worktree whose files are gone, if that is what it is.

        Its branch and what was saved of it stay, and the thread's record tells the branch.
        """
        place, admin = layout.worktree(thread), layout.admin(thread)
        if place.is_dir() or not admin.is_dir() or worktrees.is_elsewhere(admin):
            return False
        on = worktrees.branch_in(admin)
        if ID.fullmatch(thread) and on is not None:
            record = read_record(layout, thread) or records.new(thread)
            write_record(layout, thread, replace(record, branch=on))
        files.remove(admin)
        return True

    def _check_out(
        self, layout: Layout, thread: str, record: Record, on: str, *, keep_files: bool
    ) -> None:
        place, admin = layout.worktree(thread), layout.admin(thread)
        files.remove(admin)
        start = record.start
        if start is None and commits.twin_of(layout.git, on) is None:
            start = saves.start_of(layout.git, thread)
        worktrees.start_branch(layout.git, on, start)
        if record.carried is not None:
            saves.adopt(layout.git, thread, record.carried)
        saves.welcome(layout.git, thread)
        layout.threads.mkdir(exist_ok=True)
        draft = layout.partial_worktree(secrets.token_hex(4))
        worktrees.check_out(layout.git, thread, draft, on)
        if keep_files:
            # Git forgot this worktree (`git worktree prune` does where a volume is mounted
            # elsewhere), but the files are somebody's work: they stay.
            files.remove(draft)
        else:
            saves.restore(admin, thread)
            draft.rename(place)
