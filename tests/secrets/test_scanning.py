"""The audit finds what it looks for in every kind of place: else its silence would say nothing."""

from __future__ import annotations

import base64
import bz2
import gzip
import json
import lzma
import os
import subprocess
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.secrets.marks import CORE, Marks, mark
from tests.secrets.scanning import Found, in_bytes, in_folder

ONE, OTHER, LEARNED = mark("one"), mark("other"), "0123abcdEFGH"
MARKS = Marks({"one": ONE, "other": OTHER, "learned": LEARNED})


def found(data: bytes) -> set[str]:
    return {it.mark for it in in_bytes(MARKS, data, "here")}


@pytest.mark.parametrize("before", range(4))
@pytest.mark.parametrize("after", range(4))
@pytest.mark.parametrize("secret", [ONE, LEARNED])
def test_base64_hides_nothing_whatever_is_around(secret: str, before: int, after: int) -> None:
    text = f"{'user:'[:before]}{secret}{'@host'[:after]}".encode()
    name = {ONE: "one", LEARNED: "learned"}[secret]
    assert found(b"Basic " + base64.b64encode(text)) == {name}
    assert found(b"Basic " + base64.urlsafe_b64encode(text)) == {name}


WRITERS: list[Callable[[str], str]] = [
    str,
    lambda text: json.dumps(json.dumps(f'"{text}\n')),
    lambda text: quote(f" {text}/", ""),
    lambda text: text.encode().hex(),
    lambda text: text.encode().hex().upper(),
    lambda text: repr(f"'{text}"),
]


@pytest.mark.parametrize("write", WRITERS)
def test_a_mark_is_found_however_it_is_written(write: Callable[[str], str]) -> None:
    assert found(f"a line with {write(ONE)} in it".encode()) == {"one"}


def test_all_that_are_there_are_told_and_no_others() -> None:
    assert found(f"{ONE} {LEARNED}".encode()) == {"one", "learned"}
    assert found(b"nothing of theirs") == set()
    assert found(f"{CORE}andsomebodyelses".encode()) == {"unknown"}


def test_marks_that_could_be_taken_for_one_another_are_refused() -> None:
    with pytest.raises(AssertionError, match="begins another"):
        Marks({"a": "abc", "b": "abcd"})


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "plain": lambda data: b"plain " + data,
}


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_what_is_packed_is_looked_into(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    (tmp_path / "a").write_bytes(pack(b"x" * 5000 + ONE.encode() + os.urandom(5000)))
    assert list(in_folder(MARKS, tmp_path)) == [Found("one", "a")]


def test_what_is_cut_short_is_looked_into_as_far_as_it_goes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(gzip.compress(ONE.encode() + os.urandom(9000))[:-2000])
    assert list(in_folder(MARKS, tmp_path)) == [Found("one", "a")]


def test_an_archive_in_a_packed_file_is_looked_into(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "it.zip", "w") as archive:
        archive.writestr("in/it.gz", gzip.compress(ONE.encode()))
    assert list(in_folder(MARKS, tmp_path)) == [Found("one", "it.zip")]


def test_what_only_looks_packed_is_looked_at_as_it_is(tmp_path: Path) -> None:
    for magic in (b"\x1f\x8b", b"x\x9c", b"BZh", b"\xfd7zXZ\0", b"PK\x03\x04"):
        (tmp_path / magic.hex()).write_bytes(magic + ONE.encode())
    assert [it.mark for it in in_folder(MARKS, tmp_path)] == ["one"] * 5


def test_names_and_targets_of_links_are_looked_at(tmp_path: Path) -> None:
    (tmp_path / f"{ONE}.txt").touch()
    (tmp_path / "link").symlink_to(OTHER)
    (tmp_path / "deep" / OTHER).mkdir(parents=True)
    assert sorted(in_folder(MARKS, tmp_path)) == [
        Found("one", f"{ONE}.txt (name)"),
        Found("other", f"deep/{OTHER} (name)"),
        Found("other", "link (link)"),
    ]


@pytest.mark.parametrize("packed", [False, True])
def test_every_object_of_a_repository_is_looked_into(tmp_path: Path, packed: bool) -> None:
    def git(*words: str) -> None:
        who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
        subprocess.run(
            ["git", "-C", str(tmp_path), *who, *words],
            env={"PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(tmp_path)},
            check=True,
            capture_output=True,
        )

    git("init", "-q", "-b", "main")
    (tmp_path / "page.md").write_text("a line\n" * 500 + ONE)
    git("add", "-A")
    git("commit", "-qm", "one")
    (tmp_path / "page.md").write_text("a line\n" * 500)
    git("commit", "-qam", f"a message with {OTHER}")
    git("reset", "-q", "--hard", "HEAD~")  # reachable by the reflog alone
    (tmp_path / "page.md").unlink()
    if packed:
        git("gc", "-q")
        assert not list((tmp_path / ".git/objects").glob("??/*"))
    told = {(it.mark, it.place.split()[0]) for it in in_folder(MARKS, tmp_path)}
    assert {("one", ".git/blob"), ("other", ".git/commit"), ("other", ".git/logs/HEAD")} <= told
