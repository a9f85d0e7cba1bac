"""What was wrong in the program that nurseryd takes the place of, one test each.

The numbers are those of the list of its defects.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from services.messages import (
    CommitChanges,
    DropChanges,
    ListThreads,
    OpenWorkspace,
    ReadDiff,
    ReadGit,
    ReadLog,
    SwitchBranch,
    ThreadKey,
)
from supervisor.desk import Refused
from tests.services.workspaces.conftest import Git, Serving
from tests.services.workspaces.world import files_in


async def test_4_nothing_is_ever_stashed_and_looking_changes_nothing(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    async with serving() as service:
        opened = await service.ask(OpenWorkspace(key, str(remote)))
        (opened.root / "index.md").write_text("edited\n")
        (opened.root / "new.md").write_text("new\n")
        before = files_in(opened.project), files_in(opened.root)
        for request in (ReadGit(key), ReadDiff(key), ReadLog(key), ListThreads("acme", "bob")):
            await service.ask(request)  # type: ignore[arg-type]
        assert (files_in(opened.project), files_in(opened.root)) == before
        assert not (await service.ask(ReadGit(key))).clean
        await service.ask(SwitchBranch(key, "other", create=True))
        await service.ask(SwitchBranch(key, "thread-t1"))
        await service.ask(SwitchBranch(key, "other"))
        await service.ask(DropChanges(key))
        assert git(opened.root, "stash", "list") == ""
    assert git(opened.project, "for-each-ref", "refs/stash") == ""


async def test_5_a_thread_never_sees_the_files_of_another(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    other = ThreadKey("acme", "bob", "t2")
    async with serving() as service:
        one = await service.ask(OpenWorkspace(key, str(remote)))
        two = await service.ask(OpenWorkspace(other))
        (one.root / "index.md").write_text("one\n")
        (two.root / "index.md").write_text("two\n")
        await service.ask(CommitChanges(key, "one"))
        await service.ask(SwitchBranch(key, "elsewhere", create=True))
        assert (two.root / "index.md").read_text() == "two\n"
        await service.ask(CommitChanges(other, "two"))
        assert (one.root / "index.md").read_text() == "one\n"
    assert git(one.root, "show", "elsewhere:index.md") == "one"
    assert git(two.root, "show", "thread-t2:index.md") == "two"
    assert (two.project / "index.md").read_text() == "hello\n"


@pytest.mark.parametrize("text", ["$(touch {})", "`touch {}`", '"; touch {}; "', "' && touch {} '"])
async def test_6_no_text_of_a_person_is_ever_a_command_or_a_path(
    serving: Serving, key: ThreadKey, remote: Path, tmp_path: Path, text: str
) -> None:
    proof = tmp_path / "proof"
    attack = text.format(proof)
    async with serving() as service:
        with pytest.raises(Refused, match=r"cannot (clone|use) "):
            await service.ask(OpenWorkspace(key, f"https://127.0.0.1:9/{attack}"))
        opened = await service.ask(OpenWorkspace(key, str(remote)))
        (opened.root / "index.md").write_text("x\n")
        await service.ask(CommitChanges(key, attack))
        (entry, _) = await service.ask(ReadLog(key))
        assert entry.subject == attack.strip()
        with pytest.raises(Refused, match="cannot use this name"):
            await service.ask(SwitchBranch(key, attack, create=True))
        for name in (attack, "../other", ".."):
            with pytest.raises(Refused, match="cannot use this"):
                ThreadKey("acme", name, "t1")
    assert not proof.exists()


async def test_8_a_workspace_without_an_address_is_whole_and_a_half_made_one_is_made_again(
    serving: Serving, key: ThreadKey, git: Git, root: Path
) -> None:
    (root / "acme/bob").mkdir(parents=True)
    (root / "acme/bob/project").mkdir()
    async with serving() as service:
        opened = await service.ask(OpenWorkspace(key))
        assert not opened.resumed
    assert git(opened.root, "branch", "--show-current") == "thread-t1"
    assert git(opened.root, "status", "--porcelain") == ""


async def test_10_git_is_configured_for_nobody_and_keeps_no_credential(
    serving: Serving,
    key: ThreadKey,
    remote: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GITHUB_TOKEN", "ghp_0123456789")
    async with serving() as service:
        with pytest.raises(Refused, match="contains a credential"):
            await service.ask(OpenWorkspace(key, "https://x:ghp_0123456789@127.0.0.1/site.git"))
        opened = await service.ask(OpenWorkspace(key, str(remote)))
        (opened.root / "index.md").write_text("x\n")
        await service.ask(CommitChanges(key, "x"))
    assert list(home.iterdir()) == []
    for path in service.root.rglob("*"):
        if path.is_file():
            assert b"ghp_" not in path.read_bytes()
    assert "user" not in (opened.project / ".git/config").read_text()
