"""Two lines of work made one, in memory: the answer is a tree, or the conflicts as data."""

from __future__ import annotations

from collections.abc import Iterable

import pygit2
from pygit2.index import Index, IndexEntry

from services.messages import Conflict
from services.site.containment import is_secret
from services.workspaces.git.repository import GitFailed, shown

MOST_LABEL = 60  # characters of a commit's subject
MOST_TEXT = 100_000  # characters of a conflict's text; a person resolves no more than that by eye


def merge(
    repo: pygit2.Repository, ours: pygit2.Commit, theirs: pygit2.Commit
) -> pygit2.Tree | tuple[Conflict, ...]:
    """The tree of both commits' changes; raises `GitFailed` where they have nothing in common."""
    if not repo.merge_base_many([ours.id, theirs.id]):
        raise GitFailed("the two have no commit in common")
    sides = _label(ours), _label(theirs)
    return _result(repo, repo.merge_commits(ours, theirs), "commit", sides)


def carry(
    repo: pygit2.Repository, base: pygit2.Tree, new: pygit2.Tree, work: pygit2.Tree
) -> pygit2.Tree | tuple[Conflict, ...]:
    """The tree in which what `work` changed since `base` is changed in `new` too."""
    if work.id == base.id or work.id == new.id:
        return new
    if new.id == base.id:
        return work
    sides = "committed", "not committed"
    return _result(repo, repo.merge_trees(base, new, work), "uncommitted", sides)


def _label(commit: pygit2.Commit) -> str:
    """What stands beside a conflict marker, as git itself writes it."""
    subject = commit.raw_message.decode(errors="replace").partition("\n")[0]
    return f"{str(commit.id)[:10]} ({subject[:MOST_LABEL]})"


def _result(
    repo: pygit2.Repository, index: Index, with_: str, sides: tuple[str, str]
) -> pygit2.Tree | tuple[Conflict, ...]:
    if index.conflicts is None:
        tree = repo[index.write_tree(repo)]
        assert isinstance(tree, pygit2.Tree)
        return tree
    return tuple(
        Conflict(shown(path), with_, text)  # type: ignore[arg-type]
        for path, text in sorted(_texts(repo, index.conflicts, sides).items())
    )


def _texts(
    repo: pygit2.Repository,
    conflicts: Iterable[tuple[IndexEntry | None, ...]],
    sides: tuple[str, str],
) -> dict[str, str | None]:
    texts: dict[str, str | None] = {}
    for ancestor, ours, theirs in conflicts:
        path = next(str(entry.path) for entry in (ours, theirs, ancestor) if entry is not None)
        texts[path] = None
        if ours and theirs and not is_secret(path):
            texts[path] = _text(repo, ancestor, ours, theirs, sides)
    return texts


def _text(
    repo: pygit2.Repository,
    ancestor: IndexEntry | None,
    ours: IndexEntry,
    theirs: IndexEntry,
    sides: tuple[str, str],
) -> str | None:
    """The file with conflict markers; None where a person could not read it."""
    blobs = [repo[entry.id] for entry in (ours, theirs)]
    if any(not isinstance(blob, pygit2.Blob) or blob.is_binary for blob in blobs):
        return None
    # libgit2 writes the names of the entries beside the markers.
    one, other = (
        IndexEntry(side, entry.id, entry.mode)
        for side, entry in zip(sides, (ours, theirs), strict=True)
    )
    try:
        text = repo.merge_file_from_index(ancestor, one, other).contents
    except UnicodeDecodeError:
        return None
    return text if len(text) <= MOST_TEXT else None
