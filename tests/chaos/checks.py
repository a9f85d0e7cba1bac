"""What must be true after a start: nothing lost, nothing half done, nothing left over."""

from __future__ import annotations

import subprocess
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import trio

from services.messages import FindWorkspace, ListThreads, ReadGit, ThreadKey
from tests.chaos import model
from tests.chaos.client import Client
from tests.chaos.model import Late, State
from tests.chaos.reading import GIT_ENVIRONMENT, User, files
from tests.chaos.script import CLIENT
from tests.chaos.wire import Wire

PARTIAL = "*.partial-*"
DRAFT = "*_git2_*"  # objects and packs that libgit2 writes
JOURNAL = "nurseryd-move"


async def intact(repository: Path) -> list[str]:
    """What `git fsck` has against a repository."""
    command = ["git", "-C", str(repository), "fsck", "--strict", "--no-dangling", "--no-progress"]
    done = await trio.run_process(
        command,
        capture_stdout=True,
        stderr=subprocess.STDOUT,
        check=False,
        env=GIT_ENVIRONMENT,
    )
    said = done.stdout.decode().strip()
    return [f"fsck of {repository}: {said}"] if said or done.returncode else []


def look(
    user: User, clients: Collection[Client], remote: dict[str, str], late: dict[str, Late]
) -> list[str]:
    """Everything that can be seen of a user's workspace without asking."""
    if not user.git.exists():
        lost = [f"{name} is gone" for client in clients for name in client.script.states]
        for client in clients:
            client.step = None
        return [*lost, *(f"left over: {path}" for path in leavings(user))]
    user.look()
    return [
        *untidy(user),
        *(wrong for client in clients for wrong in settled(client, remote, late)),
        *unknown(user, clients),
        *unmerged(user, clients),
    ]


def leavings(user: User) -> list[Path]:
    """What an operation leaves behind that is killed in the middle."""
    git = user.git
    return [
        *user.home.rglob(PARTIAL),
        *git.rglob("*.lock"),
        *(git / "objects").rglob(DRAFT),
        *(path for path in (git / JOURNAL, *git.glob(f"worktrees/*/{JOURNAL}")) if path.exists()),
    ]


def untidy(user: User) -> Iterator[str]:
    """What is left over or half done in a workspace that is at rest."""
    yield from (f"left over: {path}" for path in leavings(user))
    places = {path.name for path in (user.home / "threads").glob("*")}
    admins = {path.name for path in (user.git / "worktrees").glob("*")}
    yield from (f"{name} has only one of worktree and admin" for name in places ^ admins)
    for name in places & admins:
        place, admin = user.worktree(name), user.admin(name)
        if (place / ".git").read_text() != f"gitdir: {admin}\n":
            yield f"{place} leads to another repository"
        if (admin / "gitdir").read_text() != f"{place / '.git'}\n":
            yield f"{admin} leads to another worktree"
    for name in user.threads():
        record = user.record(name)
        if record is not None and record.pending:
            yield f"{name} is still to {record.pending}"
        if record is not None and record.archived == (name in places):
            yield f"{name}: archived is {record.archived}, and its worktree says otherwise"
    project = user.objects.point(user.default()).tree
    if (found := files(user.project)) != project:
        yield f"files of the project: {model.difference(project, found)}"


def unsaved(user: User, thread: str, state: State) -> Iterator[str]:
    """Whether what is uncommitted is in the hidden reference, where the start has saved it."""
    saved = user.saved(thread)
    if state.clean:
        if saved is not None:
            yield f"{thread} is clean, and {saved.hash} is saved"
    elif saved is None:
        yield f"{thread} has {len(state.changed())} uncommitted files, and nothing is saved"
    elif saved.tree != state.work:
        yield f"{thread} saved: {model.difference(state.work, saved.tree)}"
    elif saved.parents != (state.head.hash,):
        yield f"{thread}: what is saved is on {saved.parents}, not on {state.head.hash}"


def settled(client: Client, remote: dict[str, str], late: dict[str, Late]) -> Iterator[str]:
    """Find out what became of a client's threads, and go on from there."""
    user, states, step = client.script.user, client.script.states, client.step
    after: Mapping[str, State | None] = {} if step is None else step.after
    for thread in {*states, *after}:
        options = [states.get(thread)]
        if thread in after:
            options.append(after[thread])
            if edit := late.get(thread):
                options = [state for it in options for state in model.late(it, edit)]
        seen = user.state(thread, remote)
        wrong = [_misfits(wanted, seen) for wanted in options]
        if [] not in wrong:
            became = " or: ".join("; ".join(it) for it in wrong)
            yield f"{thread} after {step}: {became}" if thread in after else f"{thread}: {became}"
        if seen is None:
            client.adopt(thread, None)
            continue
        if (edit := late.get(thread)) and not any(
            tree.get(edit.path) == edit.content for tree in (seen.work, *seen.kept)
        ):
            yield f"{thread} lost the edit of {edit.path} that was made while nobody ran"
        yield from unsaved(user, thread, seen)
        client.adopt(thread, seen)
    client.step = None


def _misfits(wanted: State | None, seen: State | None) -> list[str]:
    if wanted is None or seen is None:
        return [] if wanted is seen else [f"it is {'not ' if seen is None else ''}there"]
    return wanted.misfits(seen)


def unknown(user: User, clients: Collection[Client]) -> Iterator[str]:
    """Remains of threads that are nobody's."""
    known = {thread for client in clients for thread in client.script.states}
    yield from (f"{thread} is nobody's" for thread in user.threads() - known)


def unmerged(user: User, clients: Collection[Client]) -> Iterator[str]:
    """Commits that were merged, or began a thread, and that the project does not have."""
    head = user.default()
    for client in clients:
        for commit in client.merged:
            if not user.objects.contains(head, commit):
                yield f"the project is at {head}, without {commit} of {client.script.name}"
        client.merged = {head}


async def works(wire: Wire, user: User, clients: Collection[Client]) -> list[str]:
    """Whether every thread is listed and opens, and the daemon sees in it what we see."""
    wrong: list[str] = []
    states = {name: it for client in clients for name, it in client.script.states.items()}
    for archived, place in ((False, "open"), (True, "archived")):
        listed = await wire.ask(ListThreads(CLIENT, user.home.name, archived))
        named = {thread.key.thread: thread.title for thread in listed}
        if named != (there := {n: it.title for n, it in states.items() if it.place == place}):
            wrong.append(f"{place} threads are listed as {named}, not {there}")
    for thread, state in states.items():
        if state.place == "open":
            key = ThreadKey(CLIENT, user.home.name, thread)
            workspace = await wire.ask(FindWorkspace(key))
            if (workspace.branch, workspace.head) != (state.branch, state.head.hash):
                wrong.append(f"{thread} opens as {workspace}")
            it = await wire.ask(ReadGit(key))
            seen = {*it.added, *it.modified, *it.deleted, *it.untracked}
            if seen != state.changed():
                wrong.append(f"{thread} has {state.changed()}, and shows {seen}")
    return wrong
