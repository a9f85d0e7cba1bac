"""What a thread is to be after each operation, computed from what was answered and nothing else.

A tree is a mapping of paths to the hashes of their contents. Everything here is pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

Tree = Mapping[str, str]
Place = Literal["open", "archived", "deleted"]


@dataclass(frozen=True, slots=True)
class Point:
    """A commit; `hash` is empty for one that is expected and was not seen yet."""

    tree: Tree = field(repr=False)
    parents: tuple[str, ...]
    hash: str = ""

    def fits(self, seen: Point) -> bool:
        if self.hash:
            return self.hash == seen.hash
        return self.tree == seen.tree and self.parents == seen.parents


class Late(NamedTuple):
    """An edit while no daemon ran: it is in the worktree, or in something that is kept."""

    path: str
    content: str | None


@dataclass(frozen=True, slots=True)
class State:
    """A thread. `work` is all of its files, `waiting` what is parked for its other branches.

    A deleted thread has its branch and its saved files still, and opening it brings both back.
    A `fresh` one is expected: it begins at whatever the project's branch is at by then.
    """

    branch: str
    heads: Mapping[str, Point]
    work: Tree = field(repr=False)
    title: str
    waiting: Mapping[str, Tree] = field(default_factory=dict[str, Tree], repr=False)
    kept: tuple[Tree, ...] = field(default=(), repr=False)
    place: Place = "open"
    pushed: Mapping[str, str] = field(default_factory=dict[str, str])
    fresh: bool = False

    @property
    def head(self) -> Point:
        return self.heads[self.branch]

    @property
    def clean(self) -> bool:
        return self.work == self.head.tree

    def changed(self) -> set[str]:
        """The paths that are uncommitted."""
        old = self.head.tree
        return {path for path in {*old, *self.work} if old.get(path) != self.work.get(path)}

    def at(self, point: Point) -> State:
        """With the branch there, and the files as they are."""
        return replace(self, heads={**self.heads, self.branch: point})

    def misfits(self, seen: State) -> list[str]:
        """In what way a thread that was seen is not this one; more may be kept than has to be."""
        if self.fresh and self.branch in seen.heads:
            begun = State(self.branch, seen.heads, seen.head.tree, self.title)
            return begun.misfits(seen)
        wrong = [
            f"{name} is {found}, not {wanted}"
            for name, wanted, found in (
                ("the place", self.place, seen.place),
                ("the branch", self.branch, seen.branch),
                ("the title", self.title, seen.title),
                ("what was pushed", self.pushed, seen.pushed),
                ("the branches", sorted(self.heads), sorted(seen.heads)),
                ("parked", sorted(self.waiting), sorted(seen.waiting)),
            )
            if wanted != found and not (name == "the title" and self.place == "deleted")
        ]
        wrong += [
            f"{name} is at {seen.heads[name]}"
            for name, point in self.heads.items()
            if name in seen.heads and not point.fits(seen.heads[name])
        ]
        wrong += [
            f"parked for {name}: {difference(files, seen.waiting[name])}"
            for name, files in self.waiting.items()
            if name in seen.waiting and files != seen.waiting[name]
        ]
        if self.work != seen.work:
            wrong.append(f"files: {difference(self.work, seen.work)}")
        wrong += [f"not kept: {len(files)} files" for files in self.kept if files not in seen.kept]
        return wrong


def difference(wanted: Tree, found: Tree) -> str:
    paths = sorted(path for path in {*wanted, *found} if wanted.get(path) != found.get(path))
    return ", ".join(
        f"{path} {wanted.get(path, 'absent')[:8]} -> {found.get(path, 'absent')[:8]}"
        for path in paths[:5]
    ) + (f" and {len(paths) - 5} more" if len(paths) > 5 else "")


def carried(base: Tree, new: Tree, work: Tree) -> Tree | None:
    """What `work` changed since `base`, changed in `new` too; None if both changed a file."""
    result = dict(new)
    for path in {*base, *work}:
        old, mine = base.get(path), work.get(path)
        if mine == old or mine == new.get(path):
            continue
        if new.get(path) != old:
            return None
        if mine is None:
            del result[path]
        else:
            result[path] = mine
    return result


def edited(state: State, path: str, content: str | None) -> State:
    """With a file of this content, or without it."""
    work = {name: found for name, found in state.work.items() if name != path}
    return replace(state, work=work if content is None else {**work, path: content})


def committed(state: State) -> State:
    return state if state.clean else state.at(Point(state.work, (state.head.hash,)))


def dropped(state: State) -> State:
    if state.clean:
        return state
    return replace(state, work=state.head.tree, kept=(*state.kept, state.work))


def advanced(state: State, point: Point) -> State | None:
    """On another commit with what is uncommitted in hand; None if the two conflict."""
    work = carried(state.head.tree, point.tree, state.work)
    return None if work is None else replace(state.at(point), work=work)


def restored(state: State, earlier: Tree) -> State | None:
    if earlier == state.head.tree:
        return state
    return advanced(state, Point(earlier, (state.head.hash,)))


def created(state: State, branch: str) -> State:
    """On a new branch, where what is uncommitted comes along."""
    return replace(state, branch=branch, heads={**state.heads, branch: state.head})


def switched(state: State, branch: str) -> State:
    """On another of its branches, which moves only while the thread is on it."""
    here = {} if state.clean else {state.branch: state.work}
    work = state.waiting.get(branch, state.heads[branch].tree)
    waiting = {name: files for name, files in state.waiting.items() if name != branch}
    return replace(state, branch=branch, work=work, waiting={**waiting, **here})


def fresh(branch: str, title: str) -> State:
    return State(branch, {branch: Point({}, ())}, {}, title, fresh=True)


def forked(state: State, branch: str, title: str) -> State:
    return State(branch, {branch: state.head}, state.work, title)


def late(state: State | None, edit: Late) -> list[State | None]:
    """What a thread may be that somebody edited behind the back of a move."""
    if state is None:
        return [None]
    return [edited(state, edit.path, edit.content), state]
