"""A thread's files, read and changed one at a time: never unseen, and never anybody else's."""

from __future__ import annotations

import os
import socket
import stat
from contextlib import chdir
from pathlib import Path

import pytest

from services.messages import (
    LARGEST_FILE,
    Differs,
    MoveFile,
    ReadFile,
    RemoveFile,
    ThreadKey,
    WriteFile,
)
from services.site import opening
from services.site.containment import within
from services.workspaces.hashing import blob_id
from supervisor.desk import Invalid, NotFound, Refused
from tests.services.workspaces.conftest import Git
from tests.services.workspaces.world import World, write


@pytest.fixture
def site(world: World) -> Path:
    site = world.open()
    write(site, ".gitignore", "drafts/\n*.log\n!kept.log\n")
    write(site, "src/a.md", "Hello\n")
    return site


@pytest.fixture
def key(world: World) -> ThreadKey:
    return world.key()


def hash_of(site: Path, path: str) -> str:
    return blob_id((site / path).read_bytes())


def test_a_hash_is_gits(site: Path, git: Git):
    (site / "b.bin").write_bytes(bytes(range(256)))
    for path in ("src/a.md", "b.bin"):
        assert hash_of(site, path) == git(site, "hash-object", path)


def test_a_file_is_read_as_it_is(world: World, site: Path, key: ThreadKey):
    (site / "b.bin").write_bytes(b"\xff\0\r\n")
    (site / "b.bin").chmod(0o755)
    found = world.ask(ReadFile(key, "b.bin"))
    assert found.data == b"\xff\0\r\n"
    assert found.entry.hash == hash_of(site, "b.bin")
    assert (found.entry.size, found.entry.executable) == (4, True)


def test_a_file_is_replaced_by_who_knows_it_and_keeps_its_mode(
    world: World, site: Path, key: ThreadKey
):
    (site / "src/a.md").chmod(0o750)
    seen = hash_of(site, "src/a.md")
    written = world.ask(WriteFile(key, "src/a.md", b"Bye\r\n", seen))
    assert (site / "src/a.md").read_bytes() == b"Bye\r\n"
    assert stat.S_IMODE((site / "src/a.md").stat().st_mode) == 0o750
    assert (written.hash, written.executable) == (hash_of(site, "src/a.md"), True)
    with pytest.raises(Differs) as refused:
        world.ask(WriteFile(key, "src/a.md", b"Mine\n", seen))
    assert refused.value.current == written.hash
    assert (site / "src/a.md").read_bytes() == b"Bye\r\n"
    assert os.listdir(site / "src") == ["a.md"]


def test_a_new_file_is_one_that_is_not_there(world: World, site: Path, key: ThreadKey):
    written = world.ask(WriteFile(key, "src/new/deep/Grüße 1.md", b"", None))
    assert (site / "src/new/deep/Grüße 1.md").read_bytes() == b""
    assert stat.S_IMODE((site / "src/new/deep/Grüße 1.md").stat().st_mode) == 0o644
    with pytest.raises(Differs) as refused:
        world.ask(WriteFile(key, "src/new/deep/Grüße 1.md", b"x", None))
    assert refused.value.current == written.hash
    for path in ("gone.md", "nowhere/gone.md"):
        with pytest.raises(Differs) as refused:
            world.ask(WriteFile(key, path, b"x", written.hash))
        assert refused.value.current is None
    assert not (site / "nowhere").exists()


def test_what_is_written_is_on_the_disk_before_it_has_its_name(
    world: World, site: Path, key: ThreadKey, monkeypatch: pytest.MonkeyPatch
):
    done: list[str] = []
    sync, replace = os.fsync, os.replace

    def noted_sync(handle: int) -> None:
        done.append("sync")
        sync(handle)

    def noted_replace(*args: str, **kwargs: int) -> None:
        done.append("replace")
        replace(*args, **kwargs)

    monkeypatch.setattr(os, "fsync", noted_sync)
    monkeypatch.setattr(os, "replace", noted_replace)
    world.ask(WriteFile(key, "new.md", b"x", None))
    assert done == ["sync", "replace"]


def test_a_file_is_removed_by_who_knows_it_and_its_empty_folders_with_it(
    world: World, site: Path, key: ThreadKey
):
    write(site, "src/deep/er/b.md")
    with pytest.raises(Differs):
        world.ask(RemoveFile(key, "src/deep/er/b.md", "0" * 40))
    world.ask(RemoveFile(key, "src/deep/er/b.md", hash_of(site, "src/deep/er/b.md")))
    assert os.listdir(site / "src") == ["a.md"]
    with pytest.raises(NotFound):
        world.ask(RemoveFile(key, "src/deep/er/b.md", "0" * 40))


def test_a_file_is_moved_to_where_nothing_is(world: World, site: Path, key: ThreadKey):
    (site / "src/a.md").chmod(0o755)
    write(site, "b.md")
    seen = hash_of(site, "src/a.md")
    for expected, target, refusal in (
        ("0" * 40, "c.md", Differs),
        (seen, "b.md", Refused),
        (seen, "src", Refused),
        (seen, "src/a.md", Refused),
        (seen, "src/a.md/b", Refused),
        (seen, "drafts/a.md", Invalid),
    ):
        with pytest.raises(refusal):
            world.ask(MoveFile(key, "src/a.md", target, expected))
    moved = world.ask(MoveFile(key, "src/a.md", "pages/x/a.md", seen))
    assert (moved.path, moved.hash, moved.executable) == ("pages/x/a.md", seen, True)
    assert (site / "pages/x/a.md").read_text() == "Hello\n"
    assert not (site / "src").exists()
    with pytest.raises(NotFound):
        world.ask(MoveFile(key, "src/a.md", "d.md", seen))


def test_what_is_too_large_is_neither_read_nor_written(world: World, site: Path, key: ThreadKey):
    with (site / "film.mp4").open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    with pytest.raises(Refused, match="larger than"):
        world.ask(ReadFile(key, "film.mp4"))
    with pytest.raises(Invalid, match="bytes at most"):
        world.ask(WriteFile(key, "new.mp4", bytes(LARGEST_FILE + 1), None))


UNUSABLE = [
    *("", ".", "..", "/", "/etc/passwd", "../x", "src/../../x", "src/./a.md", "src//a.md"),
    *("src/", "./src/a.md", "a\0b", "a\nb", "\x7f", "\udc80", "a\ufffdb", "x" * 256),
    *("ü" * 128, "/".join(["x" * 200] * 30), "src/../src/a.md"),
    *(".git", ".git/config", ".GIT/config", ".Git", "src/.git/x", ".git./config", "git~1/x"),
    *(".g\u200cit/x", ".env", ".ENV", ".env.local", "src/.Env.production", ".npmrc", ".NetRC"),
    *("out/secret", "out-file", "env", "alias.md", "folder/a.md", "loop", "loop/x", "dangling"),
    *("pipe", "socket", "twin.md"),
]


@pytest.fixture
def hostile(site: Path) -> Path:
    """A worktree with links that lead out, in and round, and with what is no file."""
    (site.parent / "elsewhere").mkdir()
    (site.parent / "elsewhere/secret").write_text("mine")
    write(site, ".env", "KEY=1\n")
    for name, target in {
        "out": site.parent / "elsewhere",
        "out-file": site.parent / "elsewhere/secret",
        "env": ".env",
        "alias.md": "src/a.md",
        "folder": "src",
        "loop": "loop",
        "dangling": "nowhere",
    }.items():
        (site / name).symlink_to(target)
    os.link(site.parent / "elsewhere/secret", site / "twin.md")
    os.mkfifo(site / "pipe")
    # From there, since the address of a socket has room for 107 bytes.
    with chdir(site), socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
    return site


@pytest.mark.parametrize("path", UNUSABLE)
def test_no_path_leads_out_or_to_what_is_private(
    world: World, hostile: Path, key: ThreadKey, path: str
):
    ours = blob_id(b"mine"), blob_id(b"KEY=1\n"), blob_id(b"Hello\n")
    with pytest.raises(Invalid, match="cannot use"):
        world.ask(ReadFile(key, path))
    for expected in (None, *ours):
        with pytest.raises(Invalid, match="cannot use"):
            world.ask(WriteFile(key, path, b"x", expected))
    for expected in ours:
        with pytest.raises(Invalid, match="cannot use"):
            world.ask(RemoveFile(key, path, expected))
        with pytest.raises(Invalid, match="cannot use"):
            world.ask(MoveFile(key, path, "free.md", expected))
        with pytest.raises(Invalid, match="cannot use"):
            world.ask(MoveFile(key, "src/a.md", path, ours[2]))
    assert (hostile.parent / "elsewhere/secret").read_text() == "mine"
    assert (hostile / ".env").read_text() == "KEY=1\n"
    assert (hostile / "src/a.md").read_text() == "Hello\n"


def test_a_folder_is_no_file(world: World, site: Path, key: ThreadKey):
    for request in (
        ReadFile(key, "src"),
        WriteFile(key, "src", b"x", None),
        WriteFile(key, "src", b"x", "0" * 40),
        RemoveFile(key, "src", "0" * 40),
        MoveFile(key, "src", "lib", "0" * 40),
    ):
        with pytest.raises(Refused, match="it is a folder"):
            world.ask(request)
    with pytest.raises(Refused, match="Not a directory"):
        world.ask(WriteFile(key, "src/a.md/b.md", b"x", None))
    with pytest.raises(Refused, match="Not a directory"):
        world.ask(ReadFile(key, "src/a.md/b.md"))


def test_what_git_ignores_is_none_of_the_threads(
    world: World, site: Path, key: ThreadKey, git: Git
):
    write(site, "drafts/a.md")
    write(site, "kept.log")
    write(site, "forced.log")
    git(site, "add", "--force", "forced.log")
    for path in ("drafts/a.md", "x.log", "dist/index.html", "node_modules/a/b.js"):
        with pytest.raises(NotFound, match="git ignores it"):
            world.ask(ReadFile(key, path))
        with pytest.raises(Invalid, match="git ignores it"):
            world.ask(WriteFile(key, path, b"x", None))
    for path in ("kept.log", "forced.log"):
        assert world.ask(ReadFile(key, path)).data == b"x\n"


@pytest.mark.parametrize(
    ("swapped", "linked"),
    [("src", "symlink"), ("src/a.md", "symlink"), ("src/a.md", "hard link")],
)
def test_a_link_that_comes_after_the_path_was_judged_leads_nowhere(
    world: World,
    site: Path,
    key: ThreadKey,
    monkeypatch: pytest.MonkeyPatch,
    swapped: str,
    linked: str,
):
    """As the site's own code could do it, which the dev server runs."""
    elsewhere = site.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "a.md").write_text("Hello\n")

    def swap(base: Path, path: str) -> Path:
        found = within(base, path)
        (site / swapped).rename(site / "gone")
        if linked == "hard link":
            os.link(elsewhere / "a.md", site / swapped)
        else:
            (site / swapped).symlink_to(elsewhere / ("" if swapped == "src" else "a.md"))
        return found

    expected = blob_id(b"Hello\n")
    for request in (
        ReadFile(key, "src/a.md"),
        WriteFile(key, "src/a.md", b"x", expected),
        RemoveFile(key, "src/a.md", expected),
        MoveFile(key, "src/a.md", "b.md", expected),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(opening, "within", swap)
            with pytest.raises(Refused):
                world.ask(request)
        (site / swapped).unlink()
        (site / "gone").rename(site / swapped)
        assert (elsewhere / "a.md").read_text() == "Hello\n"
        assert (site / "src/a.md").read_text() == "Hello\n"
