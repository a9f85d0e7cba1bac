"""What is uncommitted, as commits on hidden references: saved, put back, and never lost.

    refs/nurseryd/wip/{thread}              what is in the worktree, as last saved
    refs/nurseryd/parked/{thread}/{branch}  what waits for the thread to come back to a branch
    refs/nurseryd/kept/{thread}/{hash}      what could not be put back, or was dropped
    refs/nurseryd/deleted/{thread}/{hash}   what there was of a thread that went with its branch
    refs/nurseryd/pushed/{branch}           a branch as it was pushed last
    refs/nurseryd/sent/{thread}             what the remote may have of it from here, as its `wip`
    refs/nurseryd/remote/{thread}           what the remote had of a thread when it was cloned

Git's list of stashes is one for all worktrees of a repository, and so no place for any of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import pygit2

from services.workspaces.git import embedded
from services.workspaces.git.filling import differing, fill
from services.workspaces.git.merging import carry
from services.workspaces.git.repository import (
    Author,
    find_reference,
    local,
    loose_commit,
    opened,
    sought,
    tip,
    trailers,
)

REFS = "refs/nurseryd/"
MESSAGE = "Unfinished work"
MOST_NAME = 200  # bytes of a part of a reference; it is a file's name


def wip(thread: str) -> str:
    return f"{REFS}wip/{thread}"


def parked(thread: str, branch: str) -> str:
    return f"{REFS}parked/{thread}/{_part(branch)}"


def pushed(branch: str) -> str:
    return f"{REFS}pushed/{_part(branch)}"


def _part(branch: str) -> str:
    """A branch as one part of a reference, so that `a` is in nobody's way who is about `a/b`."""
    name = branch.replace("%", "%25").replace("/", "%2F")
    if len(name.encode()) > MOST_NAME:
        name = f"%{hashlib.sha256(branch.encode()).hexdigest()}"
    return name


def sent(thread: str) -> str:
    return f"{REFS}sent/{thread}"


def remote(thread: str) -> str:
    return f"{REFS}remote/{thread}"


def kept(thread: str) -> str:
    return f"{REFS}kept/{thread}/"


def deleted(thread: str) -> str:
    return f"{REFS}deleted/{thread}/"


def snapshot(repo: pygit2.Repository) -> pygit2.Oid:
    """The tree of all that is not ignored in a worktree; its index on disk stays as it is."""
    try:
        repo.index.add_all()
    except pygit2.GitError:
        embedded.add_all(repo)
    return repo.index.write_tree()


def save(admin: Path, thread: str, author: Author, turn: str | None = None) -> str | None:
    """Commit what is uncommitted to the thread's hidden ref; returns its hash, None if clean.

    Neither the branch nor the index nor a file changes. A clean worktree has nothing worth
    restoring, so its ref goes. Until then it is of the turn that left it.
    """
    with opened(admin) as repo:
        tree = snapshot(repo)
        head = None if repo.head_is_unborn else repo.head.peel(pygit2.Commit)
        if head is not None and tree == head.tree.id:
            forget(repo, wip(thread))
            return None
        saved = tip(repo, wip(thread))
        if saved is not None:
            of = turn_of(saved)
            turn = turn or of
            if (saved.tree.id, saved.parent_ids, of) == (tree, _ids(head), turn):
                return str(saved.id)
        return str(put(repo, wip(thread), tree, thread, author, turn))


def put(
    repo: pygit2.Repository,
    reference: str,
    tree: pygit2.Oid,
    thread: str,
    author: Author,
    turn: str | None = None,
) -> pygit2.Oid:
    """Commit a tree on top of the head, for a hidden reference; to one with `/` at its end the
    hash is added."""
    made = unfinished(repo, tree, thread, author, turn)
    keep(repo, reference + str(made) if reference.endswith("/") else reference, made)
    return made


def unfinished(
    repo: pygit2.Repository,
    tree: pygit2.Oid,
    thread: str,
    author: Author,
    turn: str | None = None,
) -> pygit2.Oid:
    """A commit of a tree on top of the head, to which nothing leads yet; of a turn, if it is one's.

    Where somebody removed the branch, it is on top of nothing.
    """
    message = f"{MESSAGE}\n\nThread-ID: {thread}\n"
    if turn is not None:
        message += f"Turn-ID: {turn}\n"
    head = None if repo.head_is_unborn else repo.head.peel(pygit2.Commit)
    return loose_commit(repo, author, message, tree, _ids(head))


def turn_of(unfinished: pygit2.Commit) -> str | None:
    """The turn that left it."""
    return trailers(unfinished).get("Turn-ID")


def _ids(head: pygit2.Commit | None) -> list[pygit2.Oid]:
    return [] if head is None else [head.id]


def keep(repo: pygit2.Repository, reference: str, commit: pygit2.Oid) -> None:
    repo.references.create(reference, commit, force=True)


def forget(repo: pygit2.Repository, reference: str) -> None:
    if sought(reference) in repo.references:
        repo.references.delete(sought(reference))


def saved(git: Path, thread: str) -> str | None:
    """The hash of what was last saved for a thread."""
    with opened(git) as repo:
        commit = tip(repo, wip(thread))
        return None if commit is None else str(commit.id)


def kept_for(repo: pygit2.Repository, thread: str) -> tuple[str, ...]:
    """The hashes of what is kept for a thread."""
    start = kept(thread)
    return tuple(
        sorted(name.removeprefix(start) for name in repo.references if name.startswith(start))
    )


def restore(admin: Path, thread: str) -> str | None:
    """Put the saved files of a thread into its fresh worktree, uncommitted.

    Where the branch has moved since, they are merged with it, and where that is impossible kept.
    Returns the hash of the save that was used.
    """
    with opened(admin) as repo:
        _bring_parked(repo, thread, str(repo.lookup_reference("HEAD").target))
        saved = tip(repo, wip(thread))
        if saved is None:
            return None
        head = repo.head.peel(pygit2.Tree)
        files = carry(repo, base_of(repo, saved), head, saved.tree)
        if isinstance(files, tuple):
            keep(repo, kept(thread) + str(saved.id), saved.id)
            forget(repo, wip(thread))
            return None
        fill(repo, files, differing(head, files))
        return str(saved.id)


def base_of(repo: pygit2.Repository, unfinished: pygit2.Commit) -> pygit2.Tree:
    """The files that unfinished work began with."""
    if unfinished.parents:
        return unfinished.parents[0].tree
    return repo[repo.TreeBuilder().write()].peel(pygit2.Tree)


def adopt(git: Path, thread: str, commit: str) -> None:
    """Let a commit with uncommitted files be what is saved for a thread."""
    with opened(git) as repo:
        keep(repo, wip(thread), pygit2.Oid(hex=commit))


def sort_out(repo: pygit2.Repository) -> None:
    """Forget what a remote has by the name of a save and is none: whoever may push put it there."""
    for name in [name for name in repo.references if name.startswith(remote(""))]:
        found = repo.get(find_reference(repo, name).target)
        if found is None or found.type_str != "commit":
            forget(repo, name)


def start_of(git: Path, thread: str) -> str | None:
    """The commit that a remote's save of a thread began with, where that is on no branch here."""
    with opened(git) as repo:
        save = tip(repo, remote(thread))
        if save is None or not save.parents:
            return None
        start = save.parents[0].id
        if start == repo.head.target or repo.descendant_of(repo.head.target, start):
            return None
        return str(start)


def welcome(git: Path, thread: str) -> None:
    """Let a remote's save of a thread be what is saved for it, or kept, if something else is."""
    with opened(git) as repo:
        save = tip(repo, remote(thread))
        if save is None:
            return
        ours = tip(repo, wip(thread))
        free = ours is None or ours.id == save.id
        keep(repo, wip(thread) if free else kept(thread) + str(save.id), save.id)
        keep(repo, sent(thread), save.id)
        forget(repo, remote(thread))


def _bring_parked(repo: pygit2.Repository, thread: str, head: str) -> None:
    """Let what waits for the branch that a thread starts on be what is saved for it."""
    waiting = tip(repo, parked(thread, head.removeprefix(local(""))))
    if waiting is None:
        return
    free = tip(repo, wip(thread)) is None
    keep(repo, wip(thread) if free else kept(thread) + str(waiting.id), waiting.id)
    forget(repo, parked(thread, head.removeprefix(local(""))))


def park(git: Path, thread: str, branch: str) -> None:
    """Let what is saved for a thread wait for it on `branch`."""
    with opened(git) as repo:
        saved = tip(repo, wip(thread))
        if saved is not None:
            keep(repo, parked(thread, branch), saved.id)
            forget(repo, wip(thread))


def put_away(git: Path, thread: str, branches: Iterable[str]) -> None:
    """Remove branches and every hidden reference of a thread.

    A reference that nobody lists stays, so that their commits are found by hash for good.
    """
    own = (f"{REFS}parked/{thread}/", kept(thread))
    going = {wip(thread), *map(local, branches)}
    with opened(git) as repo:
        names = [name for name in repo.references if name in going or name.startswith(own)]
        for name in names:
            commit = find_reference(repo, name).peel(pygit2.Commit)
            keep(repo, f"{deleted(thread)}{commit.id}", commit.id)
        for name in names:
            forget(repo, name)
