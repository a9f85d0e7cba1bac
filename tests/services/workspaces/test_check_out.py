"""A new worktree is what `git worktree add` makes of the same branch, its index included."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.messages import CommitChanges, ReadGit
from tests.services.workspaces.conftest import Git, settings
from tests.services.workspaces.test_moving import begin
from tests.services.workspaces.world import World, files_in, write

SITES = {
    "plain": {},
    "ends of lines": {".gitattributes": "* text=auto eol=crlf\n*.png -text\n"},
    "deep attributes": {"deep/.gitattributes": "*.md text eol=crlf\n"},
    "idents": {".gitattributes": "*.md ident\n", "index.md": "$Id$\n"},
    "encodings": {".gitattributes": "*.md diff=x merge=union whitespace=trailing-space\n"},
}


def _site(git: Git, place: Path, extra: dict[str, str]) -> Path:
    place.mkdir()
    git(place, "init", "-q", "-b", "trunk")
    begin(place)
    for name, content in extra.items():
        write(place, name, content)
    git(place, "add", ".")
    git(place, "commit", "-q", "-m", "site")
    return place


def _same(world: World, git: Git, place: Path, other: Path) -> None:
    git(world.layout.project, "worktree", "add", "-q", "--detach", str(other), "HEAD")
    ours, gits = files_in(place), files_in(other)
    # By the time libgit2 knows the attributes, it has written the file that they are in.
    ours.pop(".gitattributes", None), gits.pop(".gitattributes", None)
    assert ours == gits
    assert git(place, "diff-files") == ""  # by the index alone: no file is read again
    assert git(place, "ls-files", "-s") == git(other, "ls-files", "-s")
    assert git(place, "status", "--porcelain") == git(other, "status", "--porcelain") == ""
    git(place, "fsck", "--strict")


@pytest.mark.parametrize("site", SITES)
def test_files_and_index_are_as_git_makes_them(
    root: Path, git: Git, tmp_path: Path, site: str
) -> None:
    source = _site(git, tmp_path / "source", SITES[site])
    world = World(settings(root), str(source))
    _same(world, git, world.open(), tmp_path / "by-git")


@pytest.mark.parametrize("where", ["info", "autocrlf"])
def test_so_they_are_where_the_repository_itself_says_how_lines_end(
    root: Path, git: Git, tmp_path: Path, where: str
) -> None:
    source = _site(git, tmp_path / "source", {})
    world = World(settings(root), str(source))
    world.open("first")
    if where == "info":
        write(world.layout.git / "info", "attributes", "*.md text eol=crlf\n")
    else:
        git(world.layout.project, "config", "core.autocrlf", "true")
    place = world.open()
    assert (place / "index.md").read_bytes() == b"one\r\ntwo\r\nthree\r\n"
    git(world.layout.project, "worktree", "add", "-q", "--detach", str(tmp_path / "w"), "HEAD")
    assert files_in(place) == files_in(tmp_path / "w")
    assert git(place, "diff-files") == ""


def test_a_submodule_stays_one_and_its_files_are_not_the_site_s(
    root: Path, git: Git, tmp_path: Path
) -> None:
    other = _site(git, tmp_path / "other", {})
    source = _site(git, tmp_path / "source", {})
    git(source, "-c", "protocol.file.allow=always", "submodule", "-q", "add", str(other), "sub")
    git(source, "commit", "-q", "-m", "with a submodule")
    world = World(settings(root), str(source))
    place = world.open()
    _same(world, git, place, tmp_path / "by-git")
    assert world.ask(ReadGit(world.key())).clean
    assert world.ask(CommitChanges(world.key(), "nothing")) is None
    write(place, "index.md", "edited\n")
    world.commit()
    assert git(place, "show", "--name-only", "--format=") == "index.md"
    world.switch("other", create=True)
    git(place, "rm", "-q", "sub")
    world.commit("without")
    world.switch("thread-t1")
    assert git(place, "status", "--porcelain") == ""
    assert git(place, "ls-files", "-s", "sub").startswith("160000")
    world.switch("other")
    assert git(place, "status", "--porcelain") == ""
