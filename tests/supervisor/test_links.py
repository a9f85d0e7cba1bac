"""Files that root opens where others may write."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from supervisor.links import open_file

APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="files of others are for root to make")


def append(path: Path, data: bytes = b"x") -> None:
    descriptor = open_file(str(path), APPEND, 0o644)
    try:
        os.write(descriptor, data)
    finally:
        os.close(descriptor)


@pytest.fixture(params=["name", "folder"])
def link(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A path that leads by a link to `tmp_path / "there" / "log"`."""
    there, here = tmp_path / "there", tmp_path / "here"
    there.mkdir()
    if request.param == "folder":
        here.symlink_to(there)
    else:
        here.mkdir()
        (here / "log").symlink_to(there / "log")
    return here / "log"


@pytest.mark.parametrize("user", [0, 1])
def test_folders_are_made_where_they_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: int
):
    monkeypatch.setattr(os, "geteuid", lambda: user)
    for _ in range(2):
        append(tmp_path / "a" / "b" / "log")
    assert (tmp_path / "a" / "b" / "log").read_bytes() == b"xx"


def test_who_is_not_root_follows_any_link(link: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1)
    append(link)
    assert link.read_bytes() == b"x"


@as_root
def test_root_follows_its_own_links(link: Path):
    append(link)
    assert link.read_bytes() == b"x"


@as_root
@pytest.mark.parametrize("whose", ["link", "folder", "anybody's folder"])
def test_and_none_that_another_user_may_have_made(link: Path, tmp_path: Path, whose: str):
    it = link if link.is_symlink() else link.parent
    if whose == "link":
        os.lchown(it, 54321, 54321)
    elif whose == "folder":
        os.chown(it.parent, 54321, 54321)
    else:
        it.parent.chmod(0o1777)
    with pytest.raises(OSError, match=f"{it.name!r} is a link that another user may have made"):
        append(link)
    assert list((tmp_path / "there").iterdir()) == []


@as_root
def test_a_file_in_the_way_is_no_link(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError):
        append(tmp_path / "file" / "log")


def test_the_root_itself_is_no_file():
    with pytest.raises(OSError):
        append(Path("/"))


@as_root
def test_what_stands_for_the_standard_output_is_a_link_of_roots(capfd: pytest.CaptureFixture[str]):
    append(Path("/dev/stdout"), b"out")
    append(Path("/proc/self/fd/2"), b"err")
    assert capfd.readouterr() == ("out", "err")
