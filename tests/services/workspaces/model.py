"""What a plain model says of threads, branches and files, for the property test."""

from __future__ import annotations

from dataclasses import dataclass, field

Tree = dict[str, str]


@dataclass
class Line:
    """A thread of the model: where it is, what its worktree has, and what it left where.

    `saved` is the last save with the files of the commit that it was made on; `files` is None
    where there is no worktree.
    """

    branch: str
    files: Tree | None = None
    saved: tuple[Tree, Tree] | None = None
    parked: dict[str, tuple[Tree, Tree]] = field(default_factory=dict[str, tuple[Tree, Tree]])
    kept: list[Tree] = field(default_factory=list[Tree])
    archived: bool = False
    known: bool = True


def carried(base: Tree, new: Tree, work: Tree) -> Tree | None:
    """What `work` changed since `base`, on top of `new`; None where a model cannot tell."""
    if work in (base, new):
        return new
    if new == base:
        return work
    merged: Tree = {}
    for path in {*base, *new, *work}:
        was, is_, mine = (tree.get(path) for tree in (base, new, work))
        if mine in (was, is_):
            content = is_
        elif is_ == was:
            content = mine
        else:
            return None
        if content is not None:
            merged[path] = content
    # Renames are git's to find, and they need a file that went and one that came.
    if _may_be_renames(base, new) or _may_be_renames(base, work) or clash(merged):
        return None
    return merged


def _may_be_renames(old: Tree, new: Tree) -> bool:
    gone, come = old.keys() - new.keys(), new.keys() - old.keys()
    return bool(gone and come)


def clash(tree: Tree) -> bool:
    return any(other.startswith(f"{path}/") for path in tree for other in tree)
