"""What comes in from outside is refused in words that begin with "cannot", or taken exactly."""

from __future__ import annotations

import os
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio
from hypothesis import example, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from services.messages import (
    ArchiveThread,
    CommitChanges,
    DeleteThread,
    Diff,
    ForkThread,
    ListThreads,
    MergeThread,
    OpenWorkspace,
    ReadDiff,
    ReadGit,
    ReadLog,
    RenameThread,
    RestoreCommit,
    SwitchBranch,
    ThreadKey,
)
from services.workspaces import names
from supervisor.desk import Invalid, Refused, Request
from tests.services.workspaces.conftest import Git, Service, Serving

LONG = "x" * 10_000_000
HOSTILE = {
    "nothing": "",
    "a space": " ",
    "quotes": "a'b\"c",
    "a line": "a\nb",
    "a return": "a\r\nb",
    "a command": "$(touch /tmp/x)",
    "backticks": "`touch /tmp/x`",
    "a pipe": "a | b; c && d > e",
    "a variable": "${HOME}",
    "NUL": "a\0b",
    "10 MB": LONG,
    "right to left": "a\u202egnp.exe",
    "half a character": "a\ud800b",
    "a byte of a path": "a\udcffb",
    "above": "..",
    "far above": "../../../nowhere/file",
    "absolute": "/nowhere/file",
    "git": ".git",
    "inside git": ".git/config",
    "GIT": "x/.GIT/config",
    "an option": "-x",
    "a long option": "--upload-pack=touch /tmp/x",
    "a reference": "refs/heads/x",
    "a hidden reference": "refs/nurseryd/wip/t1",
    "HEAD": "HEAD",
    "upstream": "@{u}",
    "at": "@",
    "before": "HEAD~1",
    "a lock": "a.lock",
    "a wildcard": "*",
    "a pathspec": ":(exclude)*",
    "an escape": "\x1b[31mred",
    "a separator": "a\u2028b",
    "emoji": "\U0001f600",
    "a backslash": "a\\b",
    "a zero hash": "0" * 40,
    "a trailing dot": "a.",
    "a trailing slash": "a/",
    "case": "THREAD-T1",
    "very deep": "a/" * 90 + "a",
}


@pytest.fixture
def serve(serving: Serving, key: ThreadKey, remote: Path) -> Callable[[], Any]:
    @asynccontextmanager
    async def begin() -> AsyncIterator[tuple[Service, Path]]:
        async with serving() as service:
            opened = await service.ask(OpenWorkspace(key, str(remote)))
            (opened.root / "index.md").write_text("edited\n")
            yield service, opened.root

    return begin


async def answer(service: Service, request: Request[Any]) -> object | None:
    """The answer; None for a refusal, which must be one in words that can be sent."""
    try:
        return await service.ask(request)
    except Refused as refusal:
        words = str(refusal)
        assert words.startswith("cannot ")
        assert len(words) < 1000
        words.encode()
        return None


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_ids_are_refused_before_they_are_part_of_a_path(text: str) -> None:
    for make in (
        lambda: ThreadKey(text, "bob", "t1"),
        lambda: ThreadKey("acme", text, "t1"),
        lambda: ThreadKey("acme", "bob", text),
        lambda: ListThreads(text, "bob"),
        lambda: ListThreads("acme", text),
    ):
        if text in ("HEAD", "THREAD-T1", "0" * 40):
            make()
        else:
            with pytest.raises(Refused, match=r"^cannot use this"):
                make()


async def test_names_of_branches_and_commits_name_those_or_nothing(
    serve: Callable[[], Any], key: ThreadKey, git: Git
) -> None:
    async with serve() as (service, root):
        for text in HOSTILE.values():
            before = git(root, "for-each-ref")
            switched = await answer(service, SwitchBranch(key, text, create=True))
            if switched is None:
                assert git(root, "for-each-ref") == before
                assert git(root, "branch", "--show-current") == "thread-t1"
                assert await answer(service, SwitchBranch(key, text)) is None
            else:
                assert git(root, "branch", "--show-current") == text
                await service.ask(SwitchBranch(key, "thread-t1"))
            for request in (
                ReadDiff(key, base=text),
                ReadDiff(key, target=text),
                ReadLog(key, before=text),
                RestoreCommit(key, text),
                RestoreCommit(key, "trunk", expected_head=text),
                ForkThread(key, "t2", commit=text if switched is None else "-"),
                ForkThread(key, f"{text}/", commit="trunk"),
            ):
                await answer(service, request)
            assert (await service.ask(ReadGit(key))).branch == "thread-t1"
        assert len(await service.ask(ListThreads("acme", "bob"))) == 1
    git(root, "fsck", "--strict")


async def test_paths_mean_a_file_of_the_site_or_nothing(
    serve: Callable[[], Any], key: ThreadKey
) -> None:
    async with serve() as (service, root):
        await service.ask(CommitChanges(key, "begin"))
        for text in HOSTILE.values():
            diff = await answer(service, ReadDiff(key, paths=(text,)))
            assert diff in (None, Diff(()))
            try:
                path = names.checked_path(text)
                assert (root / path).resolve().is_relative_to(root), text  # or this test harms
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text("found\n")
            except (Refused, OSError):
                continue
            diff = await service.ask(ReadDiff(key, paths=(text,)))
            assert [file.path for file in diff.files] == [path]
            (root / path).unlink()


async def test_messages_and_titles_arrive_byte_for_byte(
    serve: Callable[[], Any], key: ThreadKey, git: Git
) -> None:
    async with serve() as (service, root):
        title = "t1"
        for number, text in enumerate(HOSTILE.values()):
            (root / "index.md").write_text(f"{number}\n")
            head = git(root, "rev-parse", "HEAD")
            made = await answer(service, CommitChanges(key, text))
            if made is None:
                assert git(root, "rev-parse", "HEAD") == head
            else:
                raw = _message(git, root)
                assert raw == f"{text}\n\nThread-ID: t1\n".encode()
                (entry,) = await service.ask(ReadLog(key, limit=1))
                assert entry.message == f"{text}\n\nThread-ID: t1\n"
            await answer(service, MergeThread(key, text or None))
            await answer(service, CommitChanges(key, "x", text))
            renamed = await answer(service, RenameThread(key, text))
            title = title if renamed is None else text
            (thread,) = await service.ask(ListThreads("acme", "bob"))
            assert thread.title == title
            other = ThreadKey("acme", "bob", "t2")
            opened = await answer(service, OpenWorkspace(other, title=text))
            assert (opened is None) == (renamed is None)
            if opened is not None:
                await service.ask(DeleteThread(other))
    git(root, "fsck", "--strict")


async def test_addresses_and_default_branches_leave_nothing_when_they_are_refused(
    serving: Serving, root: Path
) -> None:
    async with serving() as service:
        for number, text in enumerate(HOSTILE.values()):
            key = ThreadKey("acme", f"eve{number}", "t1")
            for url in (text, f"file:///{text}", f"https://127.0.0.1:9/{text}"):
                if url:
                    assert await answer(service, OpenWorkspace(key, url)) is None
            made = await answer(service, OpenWorkspace(key, empty=True, branch=text))
            assert (root / "acme" / key.user).exists() == (made is not None)


async def test_no_other_user_of_the_machine_looks_into_the_workspace(
    serving: Serving, root: Path
) -> None:
    before = os.umask(0o022)
    try:
        async with serving() as service:
            await service.ask(OpenWorkspace(ThreadKey("acme", "ann", "t1")))
    finally:
        os.umask(before)
    assert root.stat().st_mode & 0o077 == 0


async def test_nobody_clones_what_is_somebody_elses_in_the_workspace(
    serving: Serving, root: Path, tmp_path: Path
) -> None:
    async with serving() as service:
        await service.ask(OpenWorkspace(ThreadKey("acme", "ann", "t1")))
        theirs = root / "acme" / "ann" / "project"
        (link := tmp_path / "link").symlink_to(theirs)
        escaped = str(theirs).replace("acme", "%61cme")
        around = f"{theirs.parent}/../../acme/ann/project/.git"
        for path in (theirs, link, around, root / "acme", f"/proc/self/root{theirs}"):
            for url in (f"{path}", f"file://{path}"):
                with pytest.raises(Invalid, match="somebody's own"):
                    await service.ask(OpenWorkspace(ThreadKey("mallory", "m", "t1"), url))
        with pytest.raises(Invalid, match="somebody's own"):
            await service.ask(OpenWorkspace(ThreadKey("mallory", "m", "t1"), f"file://{escaped}"))
        with pytest.raises(Invalid, match="not a valid path"):
            await service.ask(OpenWorkspace(ThreadKey("mallory", "m", "t1"), "file:///a%00b"))
        assert not (root / "mallory").exists()


def _message(git: Git, root: Path) -> bytes:
    command = ["git", "-C", str(root), "cat-file", "commit", "HEAD"]
    done = subprocess.run(command, env=git.environment, capture_output=True, check=True)
    return done.stdout.partition(b"\n\n")[2]


MARKS = "@{ .. // @ { - x refs/heads/ .lock HEAD ~ ^ : \\ ? * [ é 世 . / % # ' $( `"
PART = st.sampled_from([*MARKS.split(), " ", "\x7f", "\t", "\n", "a" * 60])


@profile(max_examples=300)
@given(st.lists(PART | st.text(max_size=3), max_size=6).map("".join))
@example("a" * 200)
def test_no_branch_is_taken_that_git_would_not_take(name: str) -> None:
    try:
        assert names.checked_branch(name) == name
    except Refused:
        return
    command = ["git", "check-ref-format", "--branch", name]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


async def test_a_directory_without_a_bottom_is_no_end_of_the_service(
    serve: Callable[[], Any], serving: Serving, key: ThreadKey
) -> None:
    async with serve() as (service, root):
        place = os.open(root, os.O_RDONLY)
        for _ in range(1500):
            os.mkdir("d", dir_fd=place)
            below = os.open("d", os.O_RDONLY, dir_fd=place)
            os.close(place)
            place = below
        os.close(os.open("page.md", os.O_CREAT | os.O_WRONLY, dir_fd=place))
        os.close(place)
        for request in (
            ReadGit(key),
            ReadDiff(key),
            CommitChanges(key, "deep"),
            SwitchBranch(key, "other", create=True),
            ArchiveThread(key),
            OpenWorkspace(key),
        ):
            await answer(service, request)
        assert await service.ask(ListThreads("acme", "bob")) is not None
    async with serving() as service:
        assert await service.ask(OpenWorkspace(key))
        # Who removes what tests leave goes no deeper than Python does.
        await trio.run_process(["rm", "-rf", str(service.root)])
