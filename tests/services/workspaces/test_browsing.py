"""The tree of a thread: what git does not ignore, in order, within limits."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from services.messages import LARGEST_FILE, Entry, ListFiles, Listing
from services.workspaces.browsing import Browsing
from services.workspaces.git.ignoring import ignoring
from services.workspaces.hashing import blob_id
from services.workspaces.remembering import Hashes
from supervisor.desk import Invalid, NotFound, Refused
from tests.services.workspaces.conftest import Git
from tests.services.workspaces.world import World, write


@pytest.fixture
def site(world: World) -> Path:
    site = world.open()
    for path in ("b.md", "src/pages/index.astro", "src/a.ts", "src/z/deep/x.md", "Public/i.svg"):
        write(site, path)
    return site


def listing(world: World, path: str = "", depth: int | None = None, limit: int = 1000) -> Listing:
    return world.ask(ListFiles(world.key(), path, depth, limit))


def paths(found: Listing) -> list[str]:
    return [entry.path for entry in found.entries]


def test_folders_come_first_and_what_is_in_them_behind_them(world: World, site: Path):
    (site / "run.sh").write_text("#!/bin/sh\n")
    (site / "run.sh").chmod(0o755)
    (site / "alias").symlink_to("src")
    found = listing(world)
    assert paths(found) == [
        *("Public", "Public/i.svg"),
        *("src", "src/pages", "src/pages/index.astro", "src/z", "src/z/deep", "src/z/deep/x.md"),
        *("src/a.ts", "alias", "b.md", "run.sh"),
    ]
    assert not found.truncated
    by_path = {entry.path: entry for entry in found.entries}
    assert by_path["src"] == Entry("src", "folder")
    assert by_path["alias"] == Entry("alias", "link")
    assert by_path["b.md"] == Entry("b.md", "file", 2, blob_id(b"x\n"))
    assert by_path["run.sh"].executable


def test_one_folder_to_a_depth(world: World, site: Path):
    assert paths(listing(world, depth=1)) == ["Public", "src", "b.md"]
    assert paths(listing(world, "src", depth=1)) == ["src/pages", "src/z", "src/a.ts"]
    assert "src/z/deep" in paths(listing(world, "src", depth=2))
    assert "src/z/deep/x.md" not in paths(listing(world, "src", depth=2))
    assert paths(listing(world, "src/z/deep")) == ["src/z/deep/x.md"]


def test_what_is_near_the_top_is_left_when_it_is_cut(world: World, site: Path):
    found = listing(world, limit=4)
    assert paths(found) == ["Public", "Public/i.svg", "src", "b.md"]
    assert found.truncated
    everything = len(listing(world).entries)
    assert not listing(world, limit=everything).truncated
    assert listing(world, limit=everything - 1).truncated
    for limit in (0, 5001):
        with pytest.raises(Invalid, match="1 to 5000"):
            listing(world, limit=limit)


def test_what_is_ignored_private_unnameable_or_no_file_is_left_out(
    world: World, site: Path, git: Git
):
    write(site, ".gitignore", "drafts/\n*.log\n")
    for path in (
        *(".env", ".env.example", ".npmrc", "drafts/a.md", "x.log", "node_modules/a/b.js"),
        *("dist/index.html", ".astro/types.d.ts", "src/.git/config", "src/z/.env.local", "a\nb"),
        *("kept/a.log", ".nurseryd-edit-0123.tmp"),
    ):
        write(site, path)
    Path(os.fsdecode(os.fsencode(site) + b"/\xff.md")).write_text("x")
    os.mkfifo(site / "pipe")
    git(site, "add", "--force", "kept/a.log", "drafts/a.md")
    assert paths(listing(world)) == [
        *("Public", "Public/i.svg", "drafts", "drafts/a.md", "kept", "kept/a.log"),
        *("src", "src/pages", "src/pages/index.astro", "src/z", "src/z/deep", "src/z/deep/x.md"),
        *("src/a.ts", ".env.example", ".gitignore", "b.md"),
    ]


def test_a_large_file_has_no_hash_and_many_are_not_all_read(world: World, site: Path):
    with (site / "film.mp4").open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    os.link(site / "src/a.ts", site / "twin.md")
    found = {entry.path: entry for entry in listing(world).entries}
    assert (found["film.mp4"].size, found["film.mp4"].hash) == (LARGEST_FILE + 1, None)
    assert found["twin.md"].hash is None  # which cannot be read either
    with ignoring(world.layout.admin("t1")) as ignored:
        some = Browsing(site, ignored, Hashes(), room=3).listing("", None, 100)
    assert [entry.path for entry in some.entries if entry.hash] == ["b.md"]


class Removing:
    """Ignores nothing, and removes a file of the site while the one before it is looked at."""

    def __init__(self, before: str, gone: Path) -> None:
        self.before, self.gone = before, gone

    def file(self, path: str) -> bool:
        if path == self.before:
            self.gone.unlink()
        return False

    def folder(self, path: str) -> bool:
        return path == "Public"


@pytest.mark.parametrize("folder", ["", "src/"])
def test_a_file_that_vanishes_meanwhile_is_left_out_alone(site: Path, folder: str):
    for name in ("1.md", "2.md", "3.md"):
        write(site, f"{folder}{name}")
    ignored = Removing(f"{folder}1.md", site / f"{folder}2.md")
    found = paths(Browsing(site, ignored, Hashes()).listing("", 2, 100))
    assert not ignored.gone.exists()
    assert f"{folder}2.md" not in found
    assert {f"{folder}1.md", f"{folder}3.md", "b.md", "src/a.ts"} <= set(found)


@pytest.mark.parametrize(
    ("path", "refusal"),
    [
        *((path, Invalid) for path in ("..", "/", "src/", ".git", "src/../src", ".env", "out")),
        *((path, Invalid) for path in ("alias", "alias/pages", "out/x")),
        *((path, NotFound) for path in ("gone", "dist", "node_modules", "src/gone")),
        *((path, Refused) for path in ("b.md", "b.md/x")),
    ],
)
def test_what_is_no_folder_of_the_thread_is_not_listed(
    world: World, site: Path, path: str, refusal: type[Refused]
):
    (site / "out").symlink_to(site.parent)
    (site / "alias").symlink_to("src")
    write(site, "dist/index.html")
    with pytest.raises(refusal, match="cannot"):
        listing(world, path)
