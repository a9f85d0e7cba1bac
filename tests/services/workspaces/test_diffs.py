"""What differs, file by file."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.messages import CommitChanges, Diff, FileDiff, OpenWorkspace, ReadDiff, ThreadKey
from supervisor.desk import NotFound, Refused
from tests.services.workspaces.conftest import Git, Serving


async def test_a_diff_shows_all_that_is_uncommitted_and_reading_it_writes_nothing(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    async with serving() as service:
        opened = await service.ask(OpenWorkspace(key, str(remote)))
        (opened.root / "index.md").write_text("changed\n")
        (opened.root / "old.md").unlink()
        (opened.root / "new").mkdir()
        (opened.root / "new/page.md").write_text("new\n")
        (opened.root / "image.png").write_bytes(b"\0\1")
        before = git(opened.project, "count-objects", "-v"), git(opened.root, "ls-files", "-s")
        diff = await service.ask(ReadDiff(key))
        assert (git(opened.project, "count-objects", "-v"), git(opened.root, "ls-files", "-s")) == (
            before
        )
    assert [(file.path, file.change, file.binary) for file in diff.files] == [
        ("image.png", "added", True),
        ("index.md", "modified", False),
        ("new/page.md", "added", False),
        ("old.md", "deleted", False),
    ]
    assert "-hello\n+changed\n" in _file(diff, "index.md").patch
    assert (_file(diff, "index.md").added, _file(diff, "index.md").deleted) == (1, 1)


async def test_the_unified_text_is_a_patch_that_git_applies(
    serving: Serving, key: ThreadKey, git: Git, remote: Path, tmp_path: Path
) -> None:
    async with serving() as service:
        opened = await service.ask(OpenWorkspace(key, str(remote)))
        (opened.root / "index.md").write_text("changed, no end of line")
        (opened.root / "old.md").rename(opened.root / "ñew name.md")
        (opened.root / "link").symlink_to("index.md")
        diff = await service.ask(ReadDiff(key))
        await service.ask(CommitChanges(key, "all of it"))
    elsewhere = tmp_path / "elsewhere"
    git(tmp_path, "clone", "-q", str(remote), str(elsewhere))
    (tmp_path / "patch").write_bytes(diff.unified.encode())
    git(elsewhere, "apply", "--index", str(tmp_path / "patch"))
    assert git(elsewhere, "write-tree") == git(opened.root, "rev-parse", "HEAD^{tree}")


async def test_what_may_hold_secrets_is_not_shown_neither_as_it_is_nor_as_it_was(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    async with serving() as service:
        opened = await service.ask(OpenWorkspace(key, str(remote)))
        (opened.root / ".env").write_text("KEY=hunter2\n")
        git(opened.root, "add", "-f", ".env")
        uncommitted = await service.ask(ReadDiff(key))
        first = await service.ask(CommitChanges(key, "a secret"))
        assert first is not None
        (opened.root / ".env").rename(opened.root / "told.txt")
        renamed = await service.ask(ReadDiff(key))
        (opened.root / "told.txt").unlink()
        await service.ask(CommitChanges(key, "and away"))
        removed = await service.ask(ReadDiff(key, first.hash, key.branch))
    for diff, change in ((uncommitted, "added"), (renamed, "renamed"), (removed, "deleted")):
        (file,) = diff.files
        assert (file.change, file.patch, diff.truncated) == (change, "", True)


async def test_a_renamed_file_is_one_entry(serving: Serving, key: ThreadKey, remote: Path) -> None:
    async with serving() as service:
        opened = await service.ask(OpenWorkspace(key, str(remote)))
        (opened.root / "old.md").rename(opened.root / "young.md")
        (renamed,) = (await service.ask(ReadDiff(key))).files
    assert (renamed.path, renamed.old_path, renamed.change) == ("young.md", "old.md", "renamed")


async def test_paths_narrow_a_diff_to_files_and_directories(
    serving: Serving, key: ThreadKey, remote: Path
) -> None:
    async with serving() as service:
        opened = await service.ask(OpenWorkspace(key, str(remote)))
        for name in ("a/1.md", "a/2.md", "ab.md", "index.md"):
            (opened.root / name).parent.mkdir(exist_ok=True)
            (opened.root / name).write_text("x\n")
        diff = await service.ask(ReadDiff(key, paths=("a", "index.md")))
        with pytest.raises(Refused, match="cannot use this path"):
            await service.ask(ReadDiff(key, paths=("../t2",)))
    assert [file.path for file in diff.files] == ["a/1.md", "a/2.md", "index.md"]


async def test_two_commits_are_compared_by_branch_and_by_the_beginning_of_a_hash(
    serving: Serving, key: ThreadKey, remote: Path
) -> None:
    async with serving() as service:
        opened = await service.ask(OpenWorkspace(key, str(remote)))
        (opened.root / "index.md").write_text("one\n")
        one = await service.ask(CommitChanges(key, "one"))
        (opened.root / "index.md").write_text("two\n")
        await service.ask(CommitChanges(key, "two"))
        assert one is not None
        diff = await service.ask(ReadDiff(key, base="trunk", target=one.hash[:10]))
        with pytest.raises(NotFound, match="cannot find this commit"):
            await service.ask(ReadDiff(key, base="HEAD~1"))
    (file,) = diff.files
    assert "-hello\n+one\n" in file.patch


async def test_a_patch_that_is_too_long_is_left_out_and_told(
    serving: Serving, key: ThreadKey, remote: Path
) -> None:
    async with serving() as service:
        opened = await service.ask(OpenWorkspace(key, str(remote)))
        (opened.root / "huge.md").write_text("0123456789\n" * 300_000)
        (opened.root / "index.md").write_text("small\n")
        diff = await service.ask(ReadDiff(key))
    assert diff.truncated
    assert (_file(diff, "huge.md").patch, _file(diff, "huge.md").added) == ("", 300_000)
    assert _file(diff, "index.md").patch


async def test_a_file_that_takes_too_much_memory_is_not_compared_and_told(
    serving: Serving, key: ThreadKey, remote: Path
) -> None:
    async with serving() as service:
        opened = await service.ask(OpenWorkspace(key, str(remote)))
        (opened.root / "data.csv").write_bytes(b"0123456789\n" * 2_000_000)
        uncommitted = await service.ask(ReadDiff(key))
        await service.ask(CommitChanges(key, "data"))
        committed = await service.ask(ReadDiff(key, base="trunk", target="thread-t1"))
    for diff in (uncommitted, committed):
        assert diff == Diff((FileDiff("data.csv", "added"),), truncated=True)


async def test_text_in_another_encoding_is_shown_as_far_as_it_can_be(
    serving: Serving, key: ThreadKey, remote: Path
) -> None:
    async with serving() as service:
        opened = await service.ask(OpenWorkspace(key, str(remote)))
        (opened.root / "latin.md").write_bytes("gr\xfc\xdfe\n".encode("latin-1"))
        diff = await service.ask(ReadDiff(key))
    assert "+gr\ufffd\ufffde\n" in _file(diff, "latin.md").patch


def _file(diff: Diff, path: str) -> FileDiff:
    return next(file for file in diff.files if file.path == path)
