"""Looking something up in a repository leaves nothing behind, though pygit2 keeps each text."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pygit2
import pytest

from services.workspaces.git.filling import entry_at
from services.workspaces.git.repository import find_reference, tip
from services.workspaces.git.saves import forget

MANY = 1000


@pytest.fixture
def repo(tmp_path: Path) -> pygit2.Repository:
    repo = pygit2.init_repository(tmp_path, initial_head="main")
    tree = repo.TreeBuilder()
    tree.insert("page", repo.create_blob(b"x"), pygit2.enums.FileMode.BLOB)
    who = pygit2.Signature("Ann", "ann@example.com")
    repo.create_commit("refs/heads/main", who, who, "first", tree.write(), [])
    return repo


LOOKS: dict[str, Callable[[pygit2.Repository], object]] = {
    "a branch": lambda repo: tip(repo, "/".join(("refs", "heads", "main"))),
    "a branch that is not there": lambda repo: tip(repo, "/".join(("refs", "heads", "other"))),
    "a reference": lambda repo: find_reference(repo, "/".join(("refs", "heads", "main"))),
    "a save that is not there": lambda repo: forget(repo, "/".join(("refs", "nurseryd", "wip"))),
    "a file": lambda repo: entry_at(repo.head.peel(pygit2.Tree), "".join(("pa", "ge"))),
}


@pytest.mark.parametrize("what", LOOKS)
def test_a_thousand_looks_leave_no_more_behind_than_one(what: str, repo: pygit2.Repository):
    def look(times: int) -> int:
        for _ in range(times):
            LOOKS[what](repo)
        return sys.getallocatedblocks()

    look(10)
    before = look(1)
    assert look(MANY) - before < MANY / 10
