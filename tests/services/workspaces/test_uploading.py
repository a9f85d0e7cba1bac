"""Images from outside: what they are is looked at, and all of them are there, or none."""

from __future__ import annotations

import dataclasses
import os
from io import BytesIO
from pathlib import Path

import pytest
from msgspec.structs import replace

from services.messages import LARGEST_FILE, OpenWorkspace, Stored, StoreImages, Upload
from services.workspaces import uploading
from services.workspaces.hashing import blob_id
from services.workspaces.uploading import Uploading, address, free_name, safe_stem
from supervisor.desk import Invalid, Refused
from tests.services.site.samples import IMAGES, JPEG, PNG, SIZE, SVG, png
from tests.services.workspaces.conftest import settings
from tests.services.workspaces.world import World, files_in, write


@pytest.fixture
def site(world: World) -> Path:
    site = world.open()
    write(site, ".gitignore", "drafts/\n")
    return site


def upload(name: str, data: bytes = PNG) -> Upload:
    return Upload(name, BytesIO(data))


def store(world: World, *images: Upload, folder: str | None = None) -> tuple[Stored, ...]:
    return Uploading(world.settings).store(StoreImages(world.key(), images, folder))


def test_images_are_put_where_the_site_serves_them(world: World, site: Path):
    first, second = store(world, upload("Große Wiese.PNG"), upload("b.jpeg", JPEG))
    assert first.entry.path == "public/uploads/grosse-wiese.png"
    assert (site / first.entry.path).read_bytes() == PNG
    assert first.entry.hash == blob_id(PNG)
    assert first.entry.size == len(PNG)
    assert (first.media_type, first.width, first.height) == ("image/png", *SIZE)
    assert first.address == "/uploads/grosse-wiese.png"
    assert second.entry.path == "public/uploads/b.jpg"
    assert (site / "public/uploads/b.jpg").stat().st_mode & 0o777 == 0o644
    assert sorted(os.listdir(site / "public/uploads")) == ["b.jpg", "grosse-wiese.png"]


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_is_called_by_what_it_is(world: World, site: Path, name: str):
    media_type, data = IMAGES[name]
    (stored,) = store(world, upload("picture.exe", data))
    assert stored.media_type == media_type
    assert stored.entry.path.startswith("public/uploads/picture.")
    assert not stored.entry.path.endswith(".exe")


def test_a_name_that_is_taken_gets_a_number(world: World, site: Path):
    write(site, "public/uploads/A.PNG", "mine")
    paths = [stored.entry.path for stored in store(world, upload("a.png"), upload("a.png"))]
    assert paths == ["public/uploads/a-2.png", "public/uploads/a-3.png"]
    assert (site / "public/uploads/A.PNG").read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("photo.png", "photo"),
        ("Größe & Länge (2).PNG", "grosse-lange-2"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\My Photo.jpg", "my-photo"),
        (".png", "png"),
        ("..", "image"),
        ("", "image"),
        ("日本語.png", "image"),
        ("a\0b\nc.png", "a-b-c"),
        ("-rf.png", "rf"),
        ("x" * 300 + ".png", "x" * 80),
        ("\udc80.png", "image"),
    ],
)
def test_a_name_is_made_safe(name: str, stem: str):
    assert safe_stem(name) == stem


def test_the_first_free_name():
    assert free_name("a", ".png", set()) == "a.png"
    assert free_name("a", ".png", {"a.png", "a-2.png", "a-4.png"}) == "a-3.png"


@pytest.mark.parametrize(
    ("site", "path", "served"),
    [
        ("", "public/uploads/a.png", "/uploads/a.png"),
        ("", "public/Grüße 1/a.png", "/Gr%C3%BC%C3%9Fe%201/a.png"),
        ("", "src/assets/a.png", None),
        ("", "publicity/a.png", None),
        ("apps/web", "apps/web/public/a.png", "/a.png"),
        ("apps/web", "public/a.png", None),
    ],
)
def test_an_address_is_where_the_site_serves_it(site: str, path: str, served: str | None):
    assert address(site, path) == served


def test_another_folder_and_a_site_that_is_one_of_several(world: World, site: Path):
    (stored,) = store(world, upload("a.png"), folder="src/assets/x")
    assert (stored.entry.path, stored.address) == ("src/assets/x/a.png", None)
    write(site, "apps/web/package.json", "{}")
    world.ask(OpenWorkspace(world.key(), site="apps/web"))
    (stored,) = store(world, upload("a.png"))
    assert stored.entry.path == "apps/web/public/uploads/a.png"
    assert stored.address == "/uploads/a.png"


@pytest.mark.parametrize(
    "folder",
    [
        *("..", "/etc", "a/../b", ".git", ".git/x", ".env", "out", "out/x", "alias", "a//b", "a/"),
        *("drafts", "node_modules/a", "dist", "x" * 300, "a\0b", "."),
    ],
)
def test_no_folder_leads_out_or_to_what_is_ignored(world: World, site: Path, folder: str):
    (site / "out").symlink_to(site.parent)
    write(site, "lib/a.md")
    (site / "alias").symlink_to("lib")
    before = files_in(site)
    with pytest.raises(Invalid, match="cannot use"):
        store(world, upload("a.png"), folder=folder)
    assert files_in(site) == before


def test_a_file_is_no_folder(world: World, site: Path):
    write(site, "public", "a file")
    with pytest.raises(Refused, match="cannot use"):
        store(world, upload("a.png"))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"<html>", "use a PNG"),
        (b"", "use a PNG"),
        (b"%PDF-1.7", "use a PNG"),
        (SVG, "an SVG not, since it can run code"),
        (PNG[:20], "broken image/png"),
        (png(10_001, 10_000), "10001 x 10000 pixels"),
        (PNG + bytes(LARGEST_FILE), "bytes at most"),
    ],
)
def test_one_that_is_no_image_or_too_large_keeps_all_out(
    world: World, site: Path, data: bytes, why: str
):
    with pytest.raises(Invalid, match=why):
        store(world, upload("a.png"), upload("bad.png", data))
    assert not (site / "public").exists()


def test_a_large_image_is_measured_by_its_pixels(world: World, site: Path):
    (stored,) = store(world, upload("a.png", png(10_000, 10_000)))
    assert (stored.width, stored.height) == (10_000, 10_000)


@pytest.mark.parametrize("count", [0, 21])
def test_so_many_images_at_once(world: World, site: Path, count: int):
    with pytest.raises(Invalid, match="1 to 20"):
        store(world, *(upload("a.png") for _ in range(count)))


def test_an_svg_is_taken_where_the_deployment_says_so(world: World, site: Path, root: Path):
    told = dataclasses.replace(settings(root), svg=True)
    request = StoreImages(world.key(), (upload("logo.png", SVG),))
    (stored,) = Uploading(told).store(request)
    assert (stored.entry.path, stored.media_type) == ("public/uploads/logo.svg", "image/svg+xml")
    assert (stored.width, stored.height) == (None, None)
    with pytest.raises(Invalid):
        Uploading(told).store(replace(request, images=(upload("a.svg", b"<html>"),)))


def test_what_fails_half_way_leaves_nothing(
    world: World, site: Path, monkeypatch: pytest.MonkeyPatch
):
    rename = os.rename
    done: list[str] = []

    def full(source: str, target: str, **folders: int) -> None:
        if done:
            raise OSError(28, "No space left on device")
        done.append(target)
        rename(source, target, **folders)

    before = files_in(site)
    monkeypatch.setattr(uploading.os, "rename", full)
    with pytest.raises(OSError, match="No space"):
        store(world, upload("a.png"), upload("b.png"))
    assert done == ["a.png"]
    assert files_in(site) == before
    assert not (site / "public").exists()


def test_what_was_sent_by_somebody_who_is_gone_is_not_stored(world: World, site: Path):
    gone = upload("b.png")
    gone.file.close()
    with pytest.raises(Refused, match="who sent them is gone"):
        store(world, upload("a.png"), gone)
    assert not (site / "public").exists()
