"""Threads of a user: a branch, a worktree and a record each, from the first to the last day."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from msgspec.structs import replace

from services.messages import (
    ArchiveThread,
    Deleted,
    DeleteThread,
    FindPreviewed,
    FindThread,
    ForkThread,
    History,
    ListThreads,
    OpenWorkspace,
    RenameThread,
    Thread,
    ThreadKey,
    Workspace,
)
from services.workspaces import files, names, places, projects, records
from services.workspaces.finding import commit_named, existing, on_branch, seen
from services.workspaces.git import commits, saves, status, worktrees
from services.workspaces.layout import Layout
from services.workspaces.places import Places
from services.workspaces.previewed import previewed
from services.workspaces.records import (
    Record,
    now,
    read_metadata,
    read_record,
    touch_metadata,
    write_record,
)
from services.workspaces.settings import Settings
from supervisor.desk import Invalid, NotFound, Refused


@dataclass(frozen=True, slots=True)
class Threads:
    """What can be done with threads, each by one caller at a time for each user.

    Whatever takes several steps is in the thread's record before the first of them, so that
    `finish` can complete it after a crash. Raises `Refused`, `GitFailed` and `OSError`.
    """

    settings: Settings

    @property
    def _places(self) -> Places:
        return Places(self.settings)

    def open(self, request: OpenWorkspace) -> Workspace:
        """Make what is missing of a thread's own place in a project that exists."""
        key = request.key
        layout = self.settings.layout(key)
        files.refuse_links(layout, key.thread)
        title = None if request.title is None else names.checked_title(request.title)
        url = projects.known_url(layout, request.repo_url)
        known = read_record(layout, key.thread)
        resumed = self._places.make(layout, key, known or records.new(title or key.thread))
        site = None if request.site is None else _checked_site(layout, key, request.site)
        touch_metadata(layout.metadata, url, site)
        new = known is None and not resumed
        return replace(_workspace(layout, key, resumed=resumed), new=new)

    def find(self, key: ThreadKey) -> Workspace:
        """A workspace that was opened before."""
        return _workspace(existing(self.settings, key), key, resumed=True)

    def previewed(self, request: FindPreviewed) -> Workspace:
        """The workspace that a preview is of, for somebody who only looks."""
        key = previewed(self.settings, request.preview_id)
        return _workspace(seen(self.settings, key), key, resumed=True)

    def list(self, request: ListThreads) -> tuple[Thread, ...]:
        """The threads that are archived, or those that are not; the one last opened first."""
        layout = Layout(self.settings.root, request.client, request.user)
        if not files.is_its_own(layout):
            return ()
        known = {
            thread: read_record(layout, thread) or _old(layout, thread)
            for thread in files.threads(layout)
        }
        found = self._described(layout, known) if known else ()
        return tuple(
            sorted(
                (thread for thread in found if thread.archived == request.archived),
                key=lambda thread: thread.updated,
                reverse=True,
            )
        )

    def look(self, request: FindThread) -> Thread:
        """One thread as a list shows it."""
        layout, record = self._known(request.key)
        return self._described(layout, {request.key.thread: record})[0]

    def histories(self) -> tuple[History, ...]:
        """Where the journals are, of all threads of all users."""
        return tuple(
            History(ThreadKey(layout.client, layout.user, thread), layout.history(thread))
            for layout in files.layouts(self.settings.root)
            for thread in files.histories(layout)
        )

    def rename(self, request: RenameThread) -> Thread:
        """Give a thread another title."""
        layout, record = self._known(request.key)
        title = names.checked_title(request.title)
        return self._written(layout, request.key, replace(record, title=title))

    def archive(self, request: ArchiveThread) -> Thread:
        """Save what is uncommitted and remove the worktree."""
        key = request.key
        layout, record = self._known(key)
        if not record.archived:
            record = self._begin(layout, key, record, "archive")
            self._places.clear(layout, key.thread)
        return self._written(layout, key, replace(record, archived=True, pending=None))

    def delete(self, request: DeleteThread) -> Deleted:
        """Remove a thread's worktree and record, and its branch where that is asked for."""
        key = request.key
        layout, record = self._known(key)
        held = on_branch(layout, key.branch) if request.branch else None
        if held not in (None, key.thread):
            raise Refused(
                f"cannot delete the branch {key.branch}: {places.who(held)} is on it; delete the"
                " thread without its branch"
            )
        record = self._begin(layout, key, replace(record, and_branch=request.branch), "delete")
        return self._delete(layout, key, record)

    def fork(self, request: ForkThread) -> Workspace:
        """Open a new thread at a point of another."""
        source = request.source
        key = ThreadKey(source.client, source.user, request.thread)
        layout, record = self._known(source)
        files.refuse_links(layout, key.thread)
        self._places.put_strays_aside(layout, key.thread)
        if read_record(layout, key.thread) or layout.worktree(key.thread).exists():
            raise Refused(f"cannot fork {source} as {key.thread}: there is a thread of that name")
        if commits.tip_of(layout.git, key.branch) or commits.twin_of(layout.git, key.branch):
            raise Refused(
                f"cannot fork {source} as {key.thread}: there is a branch {key.branch};"
                " use another threadId"
            )
        title = record.title if request.title is None else names.checked_title(request.title)
        carried = None
        if request.commit is None:
            self._places.save(layout, source.thread)
            start = commit_named(layout.git, places.branch(layout, source, record))
            carried = saves.saved(layout.git, source.thread)
        else:
            start = commit_named(layout.git, request.commit)
        made = replace(records.new(title), start=start, carried=carried)
        self._places.make(layout, key, made)
        return replace(_workspace(layout, key, resumed=False), new=True)

    def finish(self, layout: Layout, thread: str) -> str | None:
        """Complete what somebody began and did not finish; what that was, None if nothing."""
        record = read_record(layout, thread)
        if record is None:
            return None
        key = ThreadKey(layout.client, layout.user, thread)
        if self._is_forgotten(layout, thread):
            self._places.make(layout, key, record)
            return "open"
        match record.pending:
            case None:
                return None
            case "open":
                self._places.make(layout, key, record)
            case "archive":
                record = replace(record, branch=places.branch(layout, key, record))
                self._places.clear(layout, thread)
                write_record(layout, thread, replace(record, archived=True, pending=None))
            case "delete":
                self._delete(layout, key, record)
        return record.pending

    def _begin(
        self, layout: Layout, key: ThreadKey, record: Record, what: Literal["archive", "delete"]
    ) -> Record:
        """Save what a thread has, and note what begins: what can fail comes before the note."""
        self._places.put_strays_aside(layout, key.thread)
        if self._is_forgotten(layout, key.thread):
            self._places.make(layout, key, record)
        self._places.save(layout, key.thread)
        branch = places.branch(layout, key, record)
        return write_record(layout, key.thread, replace(record, pending=what, branch=branch))

    def _is_forgotten(self, layout: Layout, thread: str) -> bool:
        """Whether there are files, and git knows nothing of them any more."""
        place, admin = layout.worktree(thread), layout.admin(thread)
        forgotten = place.is_dir() and not worktrees.is_whole(admin)
        return forgotten and not places.is_stray(layout, thread)

    def _delete(self, layout: Layout, key: ThreadKey, record: Record) -> Deleted:
        branch = places.branch(layout, key, record)
        head = commits.tip_of(layout.git, branch) or ""
        self._places.clear(layout, key.thread)
        saved = saves.saved(layout.git, key.thread)
        if record.and_branch:
            saves.put_away(layout.git, key.thread, [key.branch])
            files.retire_aside(layout, key.thread)
        elif branch != key.branch:
            saves.park(layout.git, key.thread, branch)
        files.retire(layout, key.thread)
        files.remove(layout.record(key.thread))
        return Deleted(head=head, saved=saved, branch_kept=not record.and_branch)

    def _known(self, key: ThreadKey) -> tuple[Layout, Record]:
        layout = self.settings.layout(key)
        files.refuse_links(layout, key.thread)
        record = read_record(layout, key.thread)
        if record is None and key.thread in files.worktrees(layout):
            record = _old(layout, key.thread)
        if record is None:
            raise NotFound(f"cannot find the thread {key}: open it first")
        return layout, record

    def _written(self, layout: Layout, key: ThreadKey, record: Record) -> Thread:
        record = write_record(layout, key.thread, replace(record, updated=now()))
        return self._described(layout, {key.thread: record})[0]

    def _described(self, layout: Layout, records: Mapping[str, Record]) -> tuple[Thread, ...]:
        keys = {thread: ThreadKey(layout.client, layout.user, thread) for thread in records}
        branches = {
            thread: places.branch(layout, keys[thread], record)
            for thread, record in records.items()
        }
        found = status.overview(layout.git, branches)
        return tuple(
            Thread(
                key=keys[thread],
                title=record.title,
                branch=branches[thread],
                head=found[thread].head,
                created=record.created,
                updated=record.updated,
                archived=record.archived,
                ahead=found[thread].ahead,
                behind=found[thread].behind,
                saved=found[thread].saved,
            )
            for thread, record in records.items()
        )


def _old(layout: Layout, thread: str) -> Record:
    """A record for a thread from before there were any."""
    place = layout.worktree(thread)
    moment = records.then((place if place.exists() else layout.record(thread)).stat().st_mtime)
    return Record(title=thread, created=moment, updated=moment)


def _checked_site(layout: Layout, key: ThreadKey, site: str) -> str:
    """The folder of a site in the repository; raises `Invalid` where that is none."""
    if not site:
        return site
    site = names.checked_path(site)
    place = layout.worktree(key.thread)
    # Not by `resolve`, which breaks on links round in circles before Python 3.13.
    folder = Path(os.path.realpath(place / site))
    if not (folder.is_relative_to(place) and folder.is_dir()):
        raise Invalid(f"cannot find the site {site}: the repository has no such folder")
    return "" if folder == place else site


def _workspace(layout: Layout, key: ThreadKey, *, resumed: bool) -> Workspace:
    branch, head = commits.head(layout.admin(key.thread))
    metadata = read_metadata(layout.metadata)
    return Workspace(
        key=key,
        root=layout.worktree(key.thread),
        project=layout.project,
        history=layout.history(key.thread),
        branch=branch,
        head=head,
        resumed=resumed,
        site=metadata.site if metadata else "",
    )
