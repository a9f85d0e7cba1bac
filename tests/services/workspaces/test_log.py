"""Commits as they are listed, and how a branch stands against its remote."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.messages import LogEntry, MergeThread, ReadGit, ReadLog
from services.workspaces.git import commits
from supervisor.desk import NotFound, Refused
from tests.services.workspaces.conftest import Git, settings
from tests.services.workspaces.test_advancing import bring
from tests.services.workspaces.world import World, write


@pytest.fixture
def place(world: World) -> Path:
    return world.open()


def _subjects(world: World, limit: int = 50, before: str | None = None) -> list[str]:
    return [entry.subject for entry in world.ask(ReadLog(world.key(), limit, before))]


def test_an_entry_says_all_that_a_commit_does(world: World, place: Path, git: Git) -> None:
    write(place, "index.md", "x\n")
    head = world.commit("Grüße\n\nand more\n\nTurn-ID: not this one")
    (entry, _) = world.ask(ReadLog(world.key()))
    assert entry == LogEntry(
        hash=head,
        parents=(git(place, "rev-parse", "HEAD^"),),
        author="nurseryd",
        email="nurseryd@localhost",
        time=int(git(place, "log", "-1", "--format=%ct")),
        subject="Grüße",
        message="Grüße\n\nand more\n\nTurn-ID: not this one\n\nThread-ID: t1\n",
        thread="t1",
        turn=None,
    )


def test_pages_follow_each_other_without_a_gap_also_where_branches_were_merged(
    world: World, place: Path, git: Git
) -> None:
    for number in range(3):
        for thread in ("t1", "t2"):
            write(world.open(thread), f"{thread}-{number}.md")
            world.commit(f"{thread} {number}", thread)
        world.ask(MergeThread(world.key("t2")))
        bring(world)
    everything = world.ask(ReadLog(world.key()))
    listed = git(place, "rev-list", "HEAD").splitlines()
    assert sorted(entry.hash for entry in everything) == sorted(listed)
    paged: list[LogEntry] = []
    while page := world.ask(ReadLog(world.key(), 2, paged[-1].hash if paged else None)):
        paged += page
    assert paged == list(everything)


def test_what_comes_before_a_commit_of_another_branch_is_its_own_history(
    world: World, place: Path, git: Git
) -> None:
    write(world.open("t2"), "x.md")
    other = world.commit("other", "t2")
    assert _subjects(world, before=other) == ["Start empty"]


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_page_is_of_a_sensible_length(world: World, place: Path, limit: int) -> None:
    with pytest.raises(Refused, match=f"cannot list {limit} commits"):
        world.ask(ReadLog(world.key(), limit))


def test_commits_in_other_encodings_and_without_a_message_are_listed(
    world: World, place: Path, git: Git
) -> None:
    tree = git(place, "rev-parse", "HEAD^{tree}")
    head = git(place, "rev-parse", "HEAD")
    for message in (b"", b"\xff broken\n\nThread-ID: \xff\n"):
        head = _raw(git, place, tree, head, message)
    head = _raw(git, place, tree, head, b"gr\xfc\xdfe", b"encoding ISO-8859-1\n")
    odd = (b"no-such-thing", b"hex", b"idna", b"punycode", b"undefined", b"\xff")
    for name in odd:
        head = _raw(git, place, tree, head, b"odd..\xff", b"encoding %b\n" % name)
    git(place, "update-ref", "HEAD", head)
    assert _subjects(world, 9) == [*["odd..\ufffd"] * len(odd), "grüße", "\ufffd broken", ""]


def test_a_commit_is_found_by_branch_remote_branch_and_hash(
    root: Path, remote: Path, git: Git
) -> None:
    world = World(settings(root), str(remote))
    place = world.open()
    head = git(place, "rev-parse", "HEAD")
    write(place, "x.md")
    mine = world.commit()
    git_directory = world.layout.git
    for name in ("trunk", "origin/trunk", head, head[:7]):
        assert commits.named(git_directory, name) == head
    git(place, "branch", head, mine)
    assert commits.named(git_directory, head) == head
    for name in ("HEAD", "trunk~1", "@", "", "x\0", "\udcff", "-x", "x" * 10_000_000, "../trunk"):
        with pytest.raises(NotFound, match="cannot find this commit"):
            world.ask(ReadLog(world.key(), before=name))
    tree = git(place, "rev-parse", "HEAD^{tree}")
    with pytest.raises(NotFound):
        world.ask(ReadLog(world.key(), before=tree))


def test_ahead_and_behind_count_against_the_twin_or_all_that_the_remote_has(
    root: Path, remote: Path, git: Git, tmp_path: Path
) -> None:
    world = World(settings(root), str(remote))
    place = world.open()

    def counts() -> tuple[str | None, int, int, bool]:
        state = world.ask(ReadGit(world.key()))
        return state.upstream, state.ahead, state.behind, state.can_push

    assert counts() == (None, 0, 0, True)
    write(place, "x.md")
    world.commit()
    assert counts() == (None, 1, 0, True)
    git(place, "push", "-q", "origin", "thread-t1")
    assert counts() == ("origin/thread-t1", 0, 0, False)
    write(place, "y.md")
    world.commit()
    site = tmp_path / "site"
    git(site, "fetch", "-q", str(remote), "thread-t1")
    git(site, "checkout", "-q", "FETCH_HEAD")
    git(site, "commit", "-q", "--allow-empty", "-m", "theirs")
    git(site, "push", "-q", str(remote), "HEAD:thread-t1")
    git(place, "fetch", "-q")
    assert counts() == ("origin/thread-t1", 1, 1, True)


def _raw(git: Git, place: Path, tree: str, parent: str, message: bytes, header: bytes = b"") -> str:
    author = b"J\xf6rg <j@example.com> 1700000000 +0000"
    raw = b"tree %s\nparent %s\nauthor %s\ncommitter %s\n%s\n%s" % (
        tree.encode(),
        parent.encode(),
        author,
        author,
        header,
        message,
    )
    file = place.parent / "commit"
    file.write_bytes(raw)
    return git(place, "hash-object", "-t", "commit", "-w", "--literally", str(file))
