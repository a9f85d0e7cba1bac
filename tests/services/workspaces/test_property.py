"""Whatever is done in whatever order, every thread's files are what a plain model says."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.messages import (
    ArchiveThread,
    CommitChanges,
    DeleteThread,
    DropChanges,
    ForkThread,
    ListThreads,
    Merged,
    MergeThread,
    OpenWorkspace,
    Outcome,
    ReadDiff,
    ReadGit,
    RestoreCommit,
    SaveChanges,
    SwitchBranch,
)
from supervisor.desk import NotFound, Refused
from tests.services.workspaces.conftest import Git, settings
from tests.services.workspaces.model import Line, Tree, carried, clash
from tests.services.workspaces.test_advancing import bring
from tests.services.workspaces.world import World, write

THREADS = ("t1", "t2", "t3")
BRANCHES = ("thread-t1", "thread-t2", "thread-t3", "a", "b/c")
# Few of each, so that they meet; `x` is a file and a directory by turns.
PATHS = ("x", "x/y.md", "z.md", "deep/er/w.md", "q.md")
CONTENTS = ("", "1\n", "2\n", "3\n")


def has_worktree(machine: Workspaces) -> bool:
    return any(line.files is not None for line in machine.lines.values())


class Workspaces(RuleBasedStateMachine):
    """Two to three threads of one user. Names of commits are theirs; the model has their files."""

    def __init__(self) -> None:
        super().__init__()
        self.base = Path(tempfile.mkdtemp(prefix="property-"))
        self.git = Git(self.base)
        self.world = World(settings(self.base / "volume"))
        self.lines: dict[str, Line] = {}
        self.branches: dict[str, str] = {}  # to the hashes of their tips
        self.trees: dict[str, Tree] = {}  # of commits, by hash
        place = self.world.open("t1")
        self.branches["main"] = self.branches["thread-t1"] = self._tip(place)
        self.trees[self.branches["main"]] = {}
        self.lines["t1"] = Line("thread-t1", {})

    def teardown(self) -> None:
        if self.world.layout.git.exists():
            self.git(self.world.layout.project, "fsck", "--strict")
        shutil.rmtree(self.base)

    # What a person or an agent does to files.

    @precondition(has_worktree)
    @rule(
        thread=st.sampled_from(THREADS), path=st.sampled_from(PATHS), text=st.sampled_from(CONTENTS)
    )
    def edit(self, thread: str, path: str, text: str) -> None:
        thread, line = self._there(thread)
        self._write(thread, line, path, text)

    def _write(self, thread: str, line: Line, path: str, text: str) -> None:
        assert line.files is not None
        root = self.world.layout.worktree(thread)
        for other in [other for other in line.files if clash({other: "", path: ""})]:
            _remove(root, other)
            del line.files[other]
        write(root, path, text)
        line.files[path] = text

    @precondition(has_worktree)
    @rule(thread=st.sampled_from(THREADS), data=st.data())
    def delete_file(self, thread: str, data: st.DataObject) -> None:
        thread, line = self._there(thread)
        if not line.files:
            return
        path = data.draw(st.sampled_from(sorted(line.files)))
        _remove(self.world.layout.worktree(thread), path)
        del line.files[path]

    @precondition(has_worktree)
    @rule(thread=st.sampled_from(THREADS), data=st.data(), to=st.sampled_from(PATHS))
    def rename_file(self, thread: str, data: st.DataObject, to: str) -> None:
        thread, line = self._there(thread)
        if not line.files:
            return
        path = data.draw(st.sampled_from(sorted(line.files)))
        text = line.files[path]
        self.delete_path(line, thread, path)
        self._write(thread, line, to, text)

    def delete_path(self, line: Line, thread: str, path: str) -> None:
        assert line.files is not None
        _remove(self.world.layout.worktree(thread), path)
        del line.files[path]

    # What is asked of the desk.

    @rule(thread=st.sampled_from(THREADS))
    def open(self, thread: str) -> None:
        line = self.lines.get(thread)
        branch = line.branch if line and line.known else f"thread-{thread}"
        if line is None or line.files is None:
            holder = next((name for name, other in self._on(branch) if name != thread), None)
            if holder is not None:
                try:
                    self.world.ask(OpenWorkspace(self.world.key(thread)))
                except Refused:
                    return
                raise AssertionError(f"{thread} and {holder} are both on {branch}")
        opened = self.world.ask(OpenWorkspace(self.world.key(thread)))
        line = self.lines.setdefault(thread, Line(branch))
        line.known, line.archived, line.branch = True, False, branch
        assert opened.branch == branch
        if branch not in self.branches:
            self.branches[branch] = self.branches["main"]
        if line.files is None:
            waiting = line.parked.pop(branch, None)
            if waiting and line.saved is None:
                line.saved = waiting
            elif waiting:
                line.kept.append(waiting[1])
            self._put_back(thread, line)

    @precondition(has_worktree)
    @rule(thread=st.sampled_from(THREADS))
    def commit(self, thread: str) -> None:
        thread, line = self._there(thread)
        made = self.world.ask(CommitChanges(self.world.key(thread), "commit"))
        line.saved = None
        assert (made is None) == (line.files == self._committed(line))
        if made is not None:
            self._grow(line.branch, made.hash, line.files)

    @precondition(has_worktree)
    @rule(thread=st.sampled_from(THREADS))
    def save(self, thread: str) -> None:
        thread, line = self._there(thread)
        saved = self.world.ask(SaveChanges(self.world.key(thread)))
        self._model_save(line)
        assert (saved is None) == (line.saved is None)

    @precondition(has_worktree)
    @rule(thread=st.sampled_from(THREADS))
    def drop(self, thread: str) -> None:
        thread, line = self._there(thread)
        kept = self.world.ask(DropChanges(self.world.key(thread)))
        assert (kept is None) == (line.files == self._committed(line))
        if kept is not None:
            line.kept.append(line.files)
            self.trees[kept] = line.files
            line.files, line.saved = dict(self._committed(line)), None

    @precondition(has_worktree)
    @rule(thread=st.sampled_from(THREADS), branch=st.sampled_from(BRANCHES), create=st.booleans())
    def switch(self, thread: str, branch: str, create: bool) -> None:
        thread, line = self._there(thread)
        request = SwitchBranch(self.world.key(thread), branch, create)
        held = [name for name, _ in self._on(branch) if name != thread]
        if held or create == (branch in self.branches):
            try:
                self.world.ask(request)
            except Refused:
                return
            raise AssertionError(f"{thread} went to {branch}")
        self.world.ask(request)
        if create:
            self.branches[branch] = self.branches[line.branch]
            line.branch = branch
            return
        if branch == line.branch:
            return
        if line.files != (committed := self._committed(line)):
            line.parked[line.branch] = (committed, line.files)
        waiting = line.parked.pop(branch, None)
        line.branch, line.files, line.saved = branch, dict(self._committed(line, branch)), None
        if waiting is not None:
            line.saved = waiting
            self._put_back(thread, line)

    @precondition(has_worktree)
    @rule(thread=st.sampled_from(THREADS))
    def merge_thread(self, thread: str) -> None:
        thread, line = self._there(thread)
        merged = self.world.ask(MergeThread(self.world.key(thread)))
        project = self.trees[self.branches["main"]]
        self._follow(merged, "main", self.branches[line.branch], project)

    @precondition(has_worktree)
    @rule(thread=st.sampled_from(THREADS))
    def pull(self, thread: str) -> None:
        thread, line = self._there(thread)
        merged = bring(self.world, thread)
        moved = self._follow(merged, line.branch, self.branches["main"], line.files)
        if moved is not None:
            line.files = moved

    @precondition(has_worktree)
    @rule(thread=st.sampled_from(THREADS), data=st.data())
    def restore(self, thread: str, data: st.DataObject) -> None:
        thread, line = self._there(thread)
        commit = data.draw(st.sampled_from([*self.trees]))
        merged = self.world.ask(RestoreCommit(self.world.key(thread), commit))
        head, wanted = self._committed(line), self.trees[commit]
        if head == wanted:
            assert merged.outcome is Outcome.UP_TO_DATE
            return
        expected = carried(head, wanted, line.files)
        if merged.outcome is Outcome.CONFLICTS:
            assert expected is None
            return
        self._grow(line.branch, merged.head, wanted)
        line.files = self._learn(thread, expected)

    @rule(thread=st.sampled_from(THREADS))
    def archive(self, thread: str) -> None:
        line = self.lines.get(thread)
        if line is None or not line.known:
            return
        self.world.ask(ArchiveThread(self.world.key(thread)))
        if line.files is not None:
            self._model_save(line)
        line.files, line.archived = None, True

    @rule(thread=st.sampled_from(THREADS), branch=st.booleans())
    def delete(self, thread: str, branch: bool) -> None:
        line, own = self.lines.get(thread), f"thread-{thread}"
        if line is None or not line.known:
            return
        request = DeleteThread(self.world.key(thread), branch)
        if branch and any(name != thread for name, _ in self._on(own)):
            try:
                self.world.ask(request)
            except Refused:
                return
            raise AssertionError(f"{thread} was deleted with the branch of another")
        deleted = self.world.ask(request)
        assert deleted.head == self.branches.get(line.branch, "")
        if line.files is not None:
            self._model_save(line)
        assert (deleted.saved is None) == (line.saved is None)
        if branch:
            self.branches.pop(own, None)
            del self.lines[thread]
            return
        if line.branch != own and line.saved is not None:
            line.parked[line.branch], line.saved = line.saved, None
        line.files, line.known, line.archived, line.branch = None, False, False, own

    @rule(thread=st.sampled_from(THREADS), to=st.sampled_from(THREADS), data=st.data())
    def fork(self, thread: str, to: str, data: st.DataObject) -> None:
        line, own = self.lines.get(thread), f"thread-{to}"
        if line is None or not line.known:
            return
        commit = data.draw(st.none() | st.sampled_from([*self.trees]))
        request = ForkThread(self.world.key(thread), to, commit)
        taken = to in self.lines and self.lines[to].known
        if taken or own in self.branches:
            try:
                self.world.ask(request)
            except Refused:
                return
            raise AssertionError(f"{to} was taken")
        if commit is None and line.files is not None:
            self._model_save(line)
        forked = self.world.ask(request)
        made = self.lines[to] = self.lines.get(to, Line(own))
        made.branch, made.known, made.archived = own, True, False
        start = commit or self.branches[line.branch]
        assert forked.head == start
        self.branches[own] = start
        if commit is None:
            made.saved = line.saved
        self._put_back(to, made)

    # What happens to it.

    @precondition(has_worktree)
    @rule(thread=st.sampled_from(THREADS))
    def lose_worktree(self, thread: str) -> None:
        thread, line = self._there(thread)
        shutil.rmtree(self.world.layout.worktree(thread))
        line.files = None

    @rule()
    def restart(self) -> None:
        self.world = World(self.world.settings)
        for word in self.world.start():
            assert word.startswith("removed git's directory of"), word
        for thread, line in self.lines.items():
            if line.files is not None:
                self.world.ask(SaveChanges(self.world.key(thread)))
                self._model_save(line)

    # What is always so.

    @invariant()
    def every_thread_has_the_files_that_the_model_says(self) -> None:
        for thread, line in self.lines.items():
            place = self.world.layout.worktree(thread)
            assert place.is_dir() == (line.files is not None), thread
            if line.files is not None:
                assert self._on_disk(thread) == line.files, thread

    @invariant()
    def the_project_has_the_files_of_its_branch(self) -> None:
        assert self._on_disk(None) == self.trees[self.branches["main"]]

    @invariant()
    def every_branch_is_where_the_model_says(self) -> None:
        lines = _run(self.git, self.world.layout.project)
        assert lines == self.branches

    @invariant()
    def the_state_of_every_thread_is_told(self) -> None:
        for archived in (False, True):
            listed = {
                thread.key.thread: (thread.branch, thread.head, thread.saved is not None)
                for thread in self.world.ask(ListThreads("acme", "bob", archived))
            }
            assert listed == {
                name: (line.branch, self.branches[line.branch], line.saved is not None)
                for name, line in self.lines.items()
                if line.known and line.archived == archived
            }
        for thread, line in self.lines.items():
            if line.files is not None:
                state = self.world.ask(ReadGit(self.world.key(thread)))
                assert state.clean == (line.files == self._committed(line))
                assert len(state.kept) >= bool(line.kept)
                kept = [self._tree(name) for name in state.kept]
                assert all(tree in kept for tree in line.kept)
            elif line.known:
                try:
                    self.world.ask(ReadDiff(self.world.key(thread)))
                except NotFound:
                    continue
                raise AssertionError(f"{thread} has no worktree")

    # The model.

    def _there(self, thread: str) -> tuple[str, Line]:
        """That thread, or the next one that has a worktree."""
        at = THREADS.index(thread)
        return next(
            (name, line)
            for name in (*THREADS[at:], *THREADS[:at])
            if (line := self.lines.get(name)) is not None and line.files is not None
        )

    def _on(self, branch: str) -> list[tuple[str, Line | None]]:
        """Who is on a branch, or will be when it is opened again."""
        found: list[tuple[str, Line | None]] = [
            (name, line)
            for name, line in self.lines.items()
            if line.known and line.branch == branch
        ]
        return [("", None), *found] if branch == "main" else found

    def _committed(self, line: Line, branch: str | None = None) -> Tree:
        return self.trees[self.branches[branch or line.branch]]

    def _grow(self, branch: str, commit: str, files: Tree) -> None:
        self.branches[branch] = commit
        self.trees[commit] = dict(files)

    def _model_save(self, line: Line) -> None:
        assert line.files is not None
        committed = self._committed(line)
        line.saved = None if line.files == committed else (committed, dict(line.files))

    def _put_back(self, thread: str, line: Line) -> None:
        """A fresh worktree gets what is saved, where it fits."""
        head = self._committed(line)
        if line.saved is None:
            line.files = dict(head)
            return
        base, saved = line.saved
        line.files = self._learn(thread, carried(base, head, saved))
        if carried(base, head, saved) is None and line.files == head:
            kept = self.world.ask(ReadGit(self.world.key(thread))).kept
            if saved in [self._tree(name) for name in kept]:
                line.kept.append(saved)
                line.saved = None

    def _learn(self, thread: str, expected: Tree | None) -> Tree:
        """What the model cannot tell, it takes from the disk."""
        return self._on_disk(thread) if expected is None else dict(expected)

    def _follow(self, merged: Merged, branch: str, other: str, files: Tree) -> Tree | None:
        """The files after a merge of a commit into a branch; None where nothing moved."""
        head = self.branches[branch]
        match merged.outcome:
            case Outcome.UP_TO_DATE:
                assert self._has(head, other)
                return None
            case Outcome.CONFLICTS:
                assert not self._has(head, other)
                assert merged.conflicts
                return None
            case Outcome.FAST_FORWARD:
                assert self._has(other, head)
                assert merged.head == other
            case _:
                assert merged.outcome is Outcome.MERGED
        before, new = self.trees[head], self._tree(merged.head)
        if merged.outcome is Outcome.MERGED:
            base = self.git(self.world.layout.project, "merge-base", head, other)
            expected = carried(self._tree(base), before, self.trees[other])
            assert expected in (None, new)
        self._grow(branch, merged.head, new)
        after = carried(before, new, files)
        if after is None:
            thread = next(
                (name for name, line in self.lines.items() if line.branch == branch), None
            )
            return self._on_disk(thread)
        return after

    def _has(self, commit: str, ancestor: str) -> bool:
        base = self.git(self.world.layout.project, "merge-base", commit, ancestor)
        return base == ancestor

    # What there is.

    def _on_disk(self, thread: str | None) -> Tree:
        layout = self.world.layout
        root = layout.project if thread is None else layout.worktree(thread)
        return {
            str(path.relative_to(root)): path.read_text()
            for path in root.rglob("*")
            if path.is_file() and path.relative_to(root).parts[0] != ".git"
        }

    def _tree(self, commit: str) -> Tree:
        if commit not in self.trees:
            listed = self.git(self.world.layout.project, "ls-tree", "-r", "--name-only", commit)
            self.trees[commit] = {
                path: _show(self.git, self.world.layout.project, f"{commit}:{path}")
                for path in listed.splitlines()
            }
        return self.trees[commit]

    def _tip(self, place: Path) -> str:
        return self.git(place, "rev-parse", "HEAD")


def _remove(root: Path, path: str) -> None:
    (root / path).unlink()
    for parent in list((root / path).relative_to(root).parents)[:-1]:
        if not any((root / parent).iterdir()):
            (root / parent).rmdir()


def _show(git: Git, place: Path, name: str) -> str:
    command = ["git", "-C", str(place), "show", name]
    return subprocess.run(
        command, env=git.environment, check=True, capture_output=True
    ).stdout.decode()


def _run(git: Git, place: Path) -> dict[str, str]:
    lines = git(place, "for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads")
    return dict(line.split() for line in lines.splitlines())  # type: ignore[arg-type]


TestWorkspaces = Workspaces.TestCase
# A run is thirty examples in one.
TestWorkspaces.settings = profile(
    max_examples=profile.default.max_examples // 5, stateful_step_count=30
)
