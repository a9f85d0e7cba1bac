"""While a turn works in a thread, nothing is done to its files or its branch."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.messages import (
    ArchiveThread,
    CommitChanges,
    DeleteThread,
    DropChanges,
    OpenWorkspace,
    Pull,
    ReadGit,
    RestoreCommit,
    SwitchBranch,
    ThreadKey,
    Turns,
)
from supervisor.desk import Refused
from tests.services.workspaces.conftest import Git, Serving


async def test_what_would_move_files_under_a_turn_is_refused_and_the_rest_is_not(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    async with serving() as service:
        opened = await service.ask(OpenWorkspace(key, str(remote)))
        (opened.root / "index.md").write_text("changed\n")
        turns = service.harness.channels.boards["turns"]
        turns.set(Turns(frozenset({f"{key}:0001"})))
        for request in (
            ArchiveThread(key),
            DeleteThread(key),
            DropChanges(key),
            Pull(key),
            RestoreCommit(key, "trunk"),
            SwitchBranch(key, "other", create=True),
        ):
            with pytest.raises(Refused, match="while a turn runs in it"):
                await service.ask(request)
        assert (await service.ask(ReadGit(key))).modified == ("index.md",)
        assert await service.ask(CommitChanges(key, "by the turn", "0001"))
        turns.set(Turns(frozenset({f"{key}0:0001"})))  # another thread's, of a longer name
        await service.ask(SwitchBranch(key, "other", create=True))
    assert git(opened.root, "branch", "--show-current") == "other"
