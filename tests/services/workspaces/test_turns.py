"""While a turn works in a thread, nothing is done to its files or its branch."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing

from services.messages import (
    ArchiveThread,
    CommitChanges,
    DeleteThread,
    DropChanges,
    GitState,
    ListFiles,
    MoveFile,
    OpenWorkspace,
    Outcome,
    Pull,
    ReadFile,
    ReadGit,
    RemoveFile,
    RestoreCommit,
    StoreImages,
    SwitchBranch,
    ThreadKey,
    Turns,
    WriteFile,
)
from services.workspaces.editing import Editing
from services.workspaces.git import transfer
from supervisor.desk import Refused, Request
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
            CommitChanges(key, "half of it"),
            CommitChanges(key, "half of it", "0000"),
            DeleteThread(key),
            DropChanges(key),
            MoveFile(key, "index.md", "new.md", "0" * 40),
            Pull(key),
            RemoveFile(key, "index.md", "0" * 40),
            RestoreCommit(key, "trunk"),
            StoreImages(key, ()),
            SwitchBranch(key, "other", create=True),
            WriteFile(key, "new.md", b"new", None),
        ):
            with pytest.raises(Refused, match="while a turn runs in it"):
                await service.ask(request)
        assert (await service.ask(ReadGit(key))).modified == ("index.md",)
        assert (await service.ask(ReadFile(key, "index.md"))).data == b"changed\n"
        assert not (await service.ask(ListFiles(key))).truncated
        assert await service.ask(CommitChanges(key, "of one before it", "0000", within="0001"))
        (opened.root / "index.md").write_text("changed again\n")
        assert await service.ask(CommitChanges(key, "by the turn", "0001"))
        turns.set(Turns(frozenset({f"{key}0:0001"})))  # another thread's, of a longer name
        await service.ask(SwitchBranch(key, "other", create=True))
    assert git(opened.root, "branch", "--show-current") == "other"


async def test_the_turn_that_runs_may_drop_and_restore_and_no_other(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    async with serving() as service:
        opened = await service.ask(OpenWorkspace(key, str(remote)))
        (opened.root / "index.md").write_text("changed\n")
        turns = service.harness.channels.boards["turns"]
        turns.set(Turns(frozenset({f"{key}:0002"})))
        for request in (DropChanges(key, "0001"), RestoreCommit(key, "trunk", turn="")):
            with pytest.raises(Refused, match="while a turn runs in it"):
                await service.ask(request)
        assert await service.ask(DropChanges(key, "0002"))
        assert git(opened.root, "status", "--porcelain") == ""
        (opened.root / "index.md").write_text("again\n")
        await service.ask(CommitChanges(key, "by the turn", "0002"))
        restored = await service.ask(RestoreCommit(key, "trunk", turn="0002"))
        assert restored.outcome is Outcome.RESTORED


async def test_a_turn_that_began_while_others_waited_is_seen(
    serving: Serving, key: ThreadKey, remote: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    state, fetch = Editing.state, transfer.fetch

    def slow_state(editing: Editing, request: ReadGit) -> GitState:
        go_on.wait()
        return state(editing, request)

    def slow_fetch(*arguments: Any, **options: Any) -> tuple[str, ...]:
        go_on.wait()
        return fetch(*arguments, **options)

    monkeypatch.setattr(transfer, "fetch", slow_fetch)
    monkeypatch.setattr(Editing, "state", slow_state)
    async with serving() as service:
        opened = await service.ask(OpenWorkspace(key, str(remote)))
        refused: list[str] = []

        async def ask(request: Request[Any]) -> None:
            try:
                await service.ask(request)
            except Refused as refusal:
                refused.append(str(refusal))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(ask, Pull(key))
            await trio.testing.wait_all_tasks_blocked()
            nursery.start_soon(ask, ReadGit(key))
            await trio.testing.wait_all_tasks_blocked()
            nursery.start_soon(ask, ArchiveThread(key))
            await trio.testing.wait_all_tasks_blocked()
            service.harness.channels.boards["turns"].set(Turns(frozenset({f"{key}:0001"})))
            go_on.set()
        assert len(refused) == 2
        assert all("while a turn runs in it" in text for text in refused)
        assert opened.root.is_dir()
