"""What is on a volume and not in its remote, sent there before the volume may be lost.

refs/heads/{branch}           a branch that is ahead; it only ever moves forward
refs/nurseryd/wip/{thread}    what is uncommitted in a thread, by the same name as here
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pygit2

from services.site.containment import is_secret
from services.workspaces.git import saves
from services.workspaces.git.filling import differing, entry_at
from services.workspaces.git.pushing import is_ahead, note_pushed
from services.workspaces.git.repository import local, opened, shown, sought, tip
from services.workspaces.git.wire import Callbacks, Wire

PROTECTED = "it is protected: put the thread on another branch, and push that"
BEHIND = "the remote has commits of it that are not here: pull it, and push it then"
SECRET = (
    "it has new files that may hold secrets, which nobody decided to send anywhere: name them in"
    " .gitignore and take them out of the index with `git rm --cached`, or commit them"
)
FOREIGN = "the remote has other unfinished work of that name: open the thread where that was done"

_NONE = pygit2.Oid(hex="0" * 40)


@dataclass(slots=True)
class Sent:
    """Names of references, and for those that are not sent why."""

    names: list[str] = field(default_factory=list[str])
    refused: dict[str, str] = field(default_factory=dict[str, str])


def pending(git: Path, threads: Mapping[str, str], protected: Collection[str]) -> Sent:
    """What there is to send of threads, with the branch that each is on.

    That the remote may have these saves from now on is noted here, and that is all that changes.
    """
    found = Sent()
    with opened(git) as repo:
        for branch in sorted(set(threads.values())):
            if is_ahead(repo, branch):
                if branch in protected:
                    found.refused[local(branch)] = PROTECTED
                else:
                    found.names.append(local(branch))
        for thread in threads:
            if (saved := tip(repo, saves.wip(thread))) is None:
                continue
            if private := _private(repo, saved):
                found.refused[saves.wip(thread)] = f"{SECRET} ({', '.join(map(shown, private))})"
            else:
                saves.keep(repo, saves.sent(thread), saved.id)
        start = saves.sent("")
        sent = (name.removeprefix(start) for name in repo.references if name.startswith(start))
        found.names += [name for name in map(saves.wip, sorted(sent)) if name not in found.refused]
    return found


def _private(repo: pygit2.Repository, saved: pygit2.Commit) -> list[str]:
    """The files of a save that may hold secrets and that no commit has had."""
    base, files = saves.base_of(repo, saved), saved.tree
    return [
        path
        for path in differing(base, files)
        if is_secret(shown(path)) and entry_at(base, path) is None
    ]


def send(git: Path, names: Collection[str], wire: Wire) -> Sent:
    """Bring the remote's references of these names up to ours, in one transfer.

    A save takes the place of one that came from here; of what is not saved any more the remote's
    goes. Raises what the wire raises.
    """
    left: list[str] = sorted(names)
    refused: dict[str, str] = {}
    with opened(git) as repo:
        while left:
            callbacks = _Callbacks(wire, repo)
            try:
                callbacks.carry(repo, _pushing([_refspec(repo, name) for name in left], callbacks))
            except _Unfit:
                refused |= callbacks.unfit
                left = [
                    name
                    for name in left
                    if name not in callbacks.unfit and name not in callbacks.absent
                ]
            else:
                refused |= callbacks.refused
                break
            finally:
                for name in callbacks.absent:
                    saves.forget(repo, _sent(name))
        done = [name for name in left if name not in refused]
        for name in done:
            _note(repo, name)
    return Sent(done, refused)


def _pushing(
    refspecs: list[str], callbacks: pygit2.RemoteCallbacks
) -> Callable[[pygit2.Remote], object]:
    return lambda remote: remote.push(refspecs, callbacks)


def _refspec(repo: pygit2.Repository, name: str) -> str:
    if not _is_save(name):
        return f"{name}:{name}"
    return f"+{name}:{name}" if sought(name) in repo.references else f":{name}"


def _is_save(name: str) -> bool:
    return name.startswith(saves.wip(""))


def _sent(name: str) -> str:
    return saves.sent(name.removeprefix(saves.wip("")))


def _note(repo: pygit2.Repository, name: str) -> None:
    if not _is_save(name):
        note_pushed(repo, name.removeprefix(local("")))
    elif sought(name) not in repo.references:
        saves.forget(repo, _sent(name))


class _Unfit(Exception):
    """Some of what was to be sent may not be, or need not: the rest is sent without it."""


class _Callbacks(Callbacks):
    def __init__(self, wire: Wire, repo: pygit2.Repository) -> None:
        super().__init__(wire)
        self._repo = repo
        self.unfit: dict[str, str] = {}
        self.absent: list[str] = []
        self._objections: dict[str, str] = {}

    @property
    def refused(self) -> dict[str, str]:
        """What the remote would not take, in its own words."""
        said = " ".join(self.said.split())
        return {
            name: f"the remote refused it: {why}; {said}".rstrip("; ")
            for name, why in self._objections.items()
        }

    def push_negotiation(self, updates: list[pygit2.remotes.PushUpdate]) -> None:
        self.wire.check()
        for update in updates:
            self._look(update.dst_refname, update.src, update.dst)  # there, and here
        if self.unfit or self.absent:
            raise _Unfit

    def _look(self, name: str, there: pygit2.Oid, here: pygit2.Oid) -> None:
        if there == _NONE:
            if here == _NONE:
                self.absent.append(name)
        elif there not in self._repo:
            self.unfit[name] = FOREIGN if _is_save(name) else BEHIND
        elif not _is_save(name) and there != here and not self._repo.descendant_of(here, there):
            self.unfit[name] = BEHIND

    def push_update_reference(self, refname: str, message: str | None) -> None:
        if message is not None:
            self._objections[refname] = message
