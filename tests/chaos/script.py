"""What one client does: random edits and requests, each with what is to become of the thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from services.messages import (
    ArchiveThread,
    CommitChanges,
    DeleteThread,
    DropChanges,
    Fetch,
    ForkThread,
    MergeThread,
    OpenWorkspace,
    Pull,
    Push,
    RenameThread,
    RestoreCommit,
    SaveChanges,
    SwitchBranch,
    ThreadKey,
)
from supervisor.desk import Request
from tests.chaos import model
from tests.chaos.model import Point, State
from tests.chaos.reading import User, blob
from tests.chaos.remote import Remote

CLIENT = "acme"
MOST_THREADS = 3  # of one client at a time
MOST_BRANCHES = 3  # of one thread
EARLIER = 6  # commits to choose from


@dataclass(frozen=True, slots=True)
class Step:
    """A request, and the threads that differ when it is done; None for one that is gone then.

    Without `done` it is to find conflicts, and to change nothing.
    """

    request: Request[Any]
    thread: str
    after: Mapping[str, State | None] = field(default_factory=dict[str, State | None])
    done: bool = True

    @property
    def kind(self) -> str:
        return type(self.request).__name__


class Script:
    """A client's threads as they must be. `share` says which of the site's pages it edits."""

    def __init__(self, name: str, user: User, remote: Remote, rng: Random, share: slice) -> None:
        self.name = name
        self.user = user
        self.states: dict[str, State] = {}
        self._remote = remote
        self._rng = rng
        self._pages = [f"pages/{number}.md" for number in range(remote.size)[share]]
        self._made = 0
        self.edits = 0
        self._steps: dict[str, tuple[int, Callable[[str, State], Step | None]]] = {
            "CommitChanges": (8, self._commit),
            "SaveChanges": (4, self._save),
            "SwitchBranch": (6, self._switch),
            "MergeThread": (4, self._merge),
            "RestoreCommit": (4, self._restore),
            "DropChanges": (2, self._drop),
            "ForkThread": (3, self._fork),
            "ArchiveThread": (3, self._archive),
            "DeleteThread": (2, self._delete),
            "RenameThread": (1, self._rename),
            "Push": (4, self._push),
            "Pull": (4, self._pull),
            "Fetch": (1, self._fetch),
        }

    @property
    def kinds(self) -> tuple[str, ...]:
        return ("OpenWorkspace", *self._steps)

    def edit(self) -> None:
        """Change a few files of one of the threads; acknowledged when this returns."""
        for _ in range(self._rng.randrange(4)):
            if opened := [name for name, state in self.states.items() if state.place == "open"]:
                self.edit_one(self._rng.choice(opened))

    def edit_one(self, thread: str) -> tuple[str, str | None]:
        """Write or remove one file; its path, and the hash of its content."""
        state = self.states[thread]
        path, content = self._edit_of(thread, state)
        place = self.user.worktree(thread) / path
        if content is None:
            place.unlink()
        else:
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(content)
        self.edits += 1
        made = None if content is None else blob(content)
        self.states[thread] = model.edited(state, path, made)
        return path, made

    def next(self, wish: str | None) -> Step:
        """What to ask for now; of the kind that is wished, if that is possible."""
        closed = [name for name, state in self.states.items() if state.place != "open"]
        if not self.states or wish == "OpenWorkspace":
            return self._open(self._rng.choice([*closed, self._new()]))
        if closed and self._rng.random() < 0.3:
            return self._open(self._rng.choice(closed))
        opened = [name for name in self.states if name not in closed]
        if not opened:
            return self._open(closed[0])
        kinds, weights = [*self._steps], [weight for weight, _ in self._steps.values()]
        wishes = [wish] * 3 if wish in self._steps else []
        for kind in (*wishes, *self._rng.choices(kinds, weights, k=20)):
            thread = self._rng.choice(opened)
            if step := self._steps[kind][1](thread, self.states[thread]):
                return step
        return self._save(opened[0], self.states[opened[0]])

    # Edits.

    def _edit_of(self, thread: str, state: State) -> tuple[str, bytes | None]:
        mine = [path for path in state.work if path in self._pages or path.startswith(self._new_at)]
        how = self._rng.random()
        if how < 0.2 and len(mine) > 5:
            return self._rng.choice(mine), None
        if how < 0.5 or not mine:
            self._made += 1
            return f"{self._new_at}{self._made}.md", self._text()
        return self._rng.choice(mine), self._text()

    @property
    def _new_at(self) -> str:
        return f"new/{self.name}-"

    def _text(self) -> bytes:
        """Content that is like no other, so that nothing looks as if it were renamed."""
        lines = self._rng.choice((1, 1, 20, 200))
        return b"".join(b"%064x\n" % self._rng.getrandbits(256) for _ in range(lines))

    # Requests.

    def _key(self, thread: str) -> ThreadKey:
        return ThreadKey(CLIENT, self.user.home.name, thread)

    def _new(self) -> str:
        self._made += 1
        return f"{self.name}{self._made}"

    def _open(self, thread: str) -> Step:
        state = self.states.get(thread)
        request = OpenWorkspace(self._key(thread), repo_url=self._remote.url)
        if state is None:
            return Step(request, thread, {thread: model.fresh(f"thread-{thread}", thread)})
        title = thread if state.place == "deleted" else state.title
        return Step(request, thread, {thread: replace(state, place="open", title=title)})

    def _commit(self, thread: str, state: State) -> Step:
        request = CommitChanges(self._key(thread), f"Change {self._made}")
        return Step(request, thread, {thread: model.committed(state)})

    def _save(self, thread: str, _state: State) -> Step:
        return Step(SaveChanges(self._key(thread)), thread)

    def _drop(self, thread: str, state: State) -> Step:
        return Step(DropChanges(self._key(thread)), thread, {thread: model.dropped(state)})

    def _restore(self, thread: str, state: State) -> Step:
        earlier = [state.head]
        while earlier[-1].parents and len(earlier) < EARLIER:
            earlier.append(self.user.objects.point(earlier[-1].parents[0]))
        point = self._rng.choice(earlier)
        after = model.restored(state, point.tree)
        request = RestoreCommit(self._key(thread), point.hash, state.head.hash)
        return self._unless_in_conflict(request, thread, after)

    def _switch(self, thread: str, state: State) -> Step:
        others = [name for name in state.heads if name != state.branch]
        if others and (len(state.heads) >= MOST_BRANCHES or self._rng.random() < 0.7):
            branch = self._rng.choice(others)
            request = SwitchBranch(self._key(thread), branch)
            return Step(request, thread, {thread: model.switched(state, branch)})
        self._made += 1
        branch = f"{thread}-b{self._made}"
        request = SwitchBranch(self._key(thread), branch, create=True)
        return Step(request, thread, {thread: model.created(state, branch)})

    def _merge(self, thread: str, _state: State) -> Step:
        return Step(MergeThread(self._key(thread)), thread)

    def _fork(self, thread: str, state: State) -> Step | None:
        if len(self.states) >= MOST_THREADS:
            return None
        new = self._new()
        after = model.forked(state, f"thread-{new}", state.title)
        return Step(ForkThread(self._key(thread), new), new, {new: after})

    def _archive(self, thread: str, state: State) -> Step:
        after = replace(state, place="archived")
        return Step(ArchiveThread(self._key(thread)), thread, {thread: after})

    def _delete(self, thread: str, state: State) -> Step | None:
        if self._rng.random() < 0.5 and len(self.states) > 1:
            return Step(DeleteThread(self._key(thread), branch=True), thread, {thread: None})
        if state.branch != f"thread-{thread}":
            return None
        after = replace(state, place="deleted")
        return Step(DeleteThread(self._key(thread)), thread, {thread: after})

    def _rename(self, thread: str, state: State) -> Step:
        self._made += 1
        title = f"Title {self._made}"
        after = replace(state, title=title)
        return Step(RenameThread(self._key(thread), title), thread, {thread: after})

    def _push(self, thread: str, state: State) -> Step:
        pushed = {**state.pushed, state.branch: state.head.hash}
        after = replace(state, pushed=pushed)
        return Step(Push(self._key(thread)), thread, {thread: after})

    def _fetch(self, thread: str, _state: State) -> Step:
        return Step(Fetch(self._key(thread)), thread)

    def _pull(self, thread: str, state: State) -> Step:
        theirs, ours = self._remote.main, state.head
        request = Pull(self._key(thread))
        if self.user.objects.contains(ours.hash, theirs.hash):
            return Step(request, thread, {thread: state})
        if self._remote.contains(theirs.hash, ours.hash):
            point = theirs
        else:
            base = theirs
            while not self.user.objects.contains(ours.hash, base.hash):
                base = self._remote.point(base.parents[0])
            tree = model.carried(base.tree, theirs.tree, ours.tree)
            if tree is None:
                return Step(request, thread, done=False)
            point = Point(tree, (ours.hash, theirs.hash))
        return self._unless_in_conflict(request, thread, model.advanced(state, point))

    def _unless_in_conflict(self, request: Request[Any], thread: str, after: State | None) -> Step:
        if after is None:
            return Step(request, thread, done=False)
        return Step(request, thread, {thread: after})
