"""What is done to the files and commits of one thread."""

from __future__ import annotations

from dataclasses import dataclass

from services.messages import (
    Commit,
    CommitChanges,
    Diff,
    DropChanges,
    FindDropped,
    FindParked,
    GitState,
    LogEntry,
    Merged,
    MergeThread,
    ReadDiff,
    ReadGit,
    ReadLog,
    RestoreCommit,
    SaveChanges,
    SwitchBranch,
    Switched,
    ThreadKey,
)
from services.workspaces import names
from services.workspaces.finding import commit_named, existing, on_branch
from services.workspaces.git import (
    advancing,
    commits,
    diffs,
    moving,
    projects,
    saves,
    status,
    switching,
)
from services.workspaces.git.staging import NotStaged
from services.workspaces.settings import Settings
from supervisor.desk import Invalid, NotFound, Refused

MOST_ENTRIES = 1000  # commits in one answer
MOST_CONTEXT = 1000  # lines around a change
MOST_SUBJECT = 200  # characters of another commit's first line, where a message repeats it


@dataclass(frozen=True, slots=True)
class Editing:
    """Each by one caller at a time for each user. Raises `Refused`, `GitFailed` and `OSError`."""

    settings: Settings

    def state(self, request: ReadGit) -> GitState:
        layout = existing(self.settings, request.key)
        return status.state(
            layout.admin(request.key.thread),
            request.key.thread,
            projects.default_branch(layout.git),
            self.settings.protected,
        )

    def diff(self, request: ReadDiff) -> Diff:
        layout = existing(self.settings, request.key)
        if not 0 <= request.context <= MOST_CONTEXT:
            raise Invalid(f"cannot show {request.context} lines of context: 0 to {MOST_CONTEXT}")
        paths = tuple(names.checked_path(path) for path in request.paths)
        base, target = (
            None if name is None else commit_named(layout.git, name)
            for name in (request.base, request.target)
        )
        return diffs.diff(layout.admin(request.key.thread), base, target, paths, request.context)

    def commit(self, request: CommitChanges) -> Commit | None:
        """Commit what a thread's worktree has; None if there is nothing new."""
        layout = existing(self.settings, request.key)
        message = self._signed(request.message, request.key, request.turn)
        admin = layout.admin(request.key.thread)
        paths = [names.checked_path(path) for path in request.paths]
        try:
            return commits.commit(admin, request.key.thread, self.settings.author, message, paths)
        except NotStaged as error:
            raise Refused(f"cannot commit: {error}") from error

    def save(self, request: SaveChanges) -> str | None:
        layout = existing(self.settings, request.key)
        admin = layout.admin(request.key.thread)
        turn = None if request.turn is None else names.checked_turn(request.turn)
        return saves.save(admin, request.key.thread, self.settings.author, turn)

    def drop(self, request: DropChanges) -> str | None:
        layout = existing(self.settings, request.key)
        admin = layout.admin(request.key.thread)
        turn = None if request.turn is None else names.checked_turn(request.turn)
        return advancing.drop(admin, request.key.thread, self.settings.author, turn)

    def dropped(self, request: FindDropped) -> str | None:
        layout = existing(self.settings, request.key)
        admin = layout.admin(request.key.thread)
        return advancing.dropped_by(admin, request.key.thread, request.turn)

    def parked(self, request: FindParked) -> str | None:
        layout = existing(self.settings, request.key)
        return switching.waits_with(layout.git, request.key.thread, request.turn)

    def log(self, request: ReadLog) -> tuple[LogEntry, ...]:
        layout = existing(self.settings, request.key)
        if not 1 <= request.limit <= MOST_ENTRIES:
            raise Invalid(f"cannot list {request.limit} commits at once: 1 to {MOST_ENTRIES}")
        before = None if request.before is None else commit_named(layout.git, request.before)
        return commits.log(layout.admin(request.key.thread), request.limit, before)

    def restore(self, request: RestoreCommit) -> Merged:
        layout = existing(self.settings, request.key)
        admin = layout.admin(request.key.thread)
        _, head = commits.head(admin)
        if request.expected_head is not None and request.expected_head != head:
            raise Refused(
                f"cannot restore: the thread is at {head}, not at the expected commit;"
                " look at it again"
            )
        earlier = commit_named(layout.git, request.commit)
        told = f"Restore {earlier[:10]}: {commits.subject(layout.git, earlier)[:MOST_SUBJECT]}"
        message = self._signed(request.message or told, request.key, request.turn)
        return advancing.restore_commit(admin, earlier, self.settings.author, message)

    def switch(self, request: SwitchBranch) -> Switched:
        key = request.key
        layout = existing(self.settings, key)
        admin = layout.admin(key.thread)
        branch = names.checked_branch(request.branch)
        held = on_branch(layout, branch)
        if held == "":
            raise Refused(
                f"cannot switch to {branch}: threads do not edit the project's own branch; make"
                " a branch of it, and merge the thread when it is done"
            )
        if held not in (None, key.thread):
            raise Refused(f"cannot switch to {branch}: the thread {held} is on it")
        known = commits.tip_of(layout.git, branch) or commits.twin_of(layout.git, branch)
        if request.create:
            if known:
                raise Refused(f"cannot make the branch {branch}: there is one; switch to it")
            return switching.create(admin, branch)
        if not known:
            raise NotFound(f"cannot switch to {branch}: there is no such branch; create it")
        return switching.switch(admin, key.thread, branch, self.settings.author)

    def merge(self, request: MergeThread) -> Merged:
        """Merge a thread's branch into the project's own, and the project's files with it."""
        layout = existing(self.settings, request.key)
        branch, head = commits.head(layout.admin(request.key.thread))
        moving.recover(layout.git, moving.PROJECT, self.settings.author)
        message = request.message or f"Merge {branch}"
        return advancing.bring(
            layout.git, head, self.settings.author, self._signed(message, request.key, None)
        )

    def _signed(self, message: str, key: ThreadKey, turn: str | None) -> str:
        text = f"{names.checked_message(message)}\n\nThread-ID: {key.thread}\n"
        return text if turn is None else f"{text}Turn-ID: {names.checked_turn(turn)}\n"
