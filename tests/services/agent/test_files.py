"""The files of a worktree: whole, as they were, and nobody else's."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from services.agent import files
from services.site import opening
from services.site.containment import Outside, relative
from services.site.opening import Unreadable


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "site"
    (root / "src").mkdir(parents=True)
    (root / "src/a.md").write_text("Hello\n")
    (tmp_path / "secret").write_text("mine")
    return root


def names(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def test_a_text_is_read_with_plain_newlines(root: Path):
    (root / "b.md").write_bytes("Grüß\r\nGott\r\n".encode())
    assert files.read(root, "b.md") == "Grüß\nGott\n"
    assert files.read(root, str(root / "src/../src/a.md")) == "Hello\n"


def test_a_new_file_has_its_folders_made(root: Path):
    assert files.write(root, "src/new/deep/b.md", "Hi\r\n") == "added"
    assert (root / "src/new/deep/b.md").read_bytes() == b"Hi\r\n"
    assert stat.S_IMODE((root / "src/new/deep/b.md").stat().st_mode) == 0o644
    assert names(root) == ["src/a.md", "src/new/deep/b.md"]


def test_a_file_keeps_its_mode_and_its_newlines(root: Path):
    path = root / "run.sh"
    path.write_bytes(b"one\r\ntwo\r\n")
    path.chmod(0o750)
    assert files.write(root, "run.sh", "one\n2\r\nthree\n") == "modified"
    assert path.read_bytes() == b"one\r\n2\r\nthree\r\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o750
    assert files.write(root, "src/a.md", "a\r\nb") == "modified"
    assert (root / "src/a.md").read_bytes() == b"a\nb"


def test_a_write_that_fails_leaves_the_file_and_nothing_else(
    root: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        files.write(root, "src/a.md", "Bye\n")
    assert (root / "src/a.md").read_text() == "Hello\n"
    assert names(root) == ["src/a.md"]


def test_a_file_is_deleted_and_a_folder_is_not(root: Path):
    files.delete(root, "src/a.md")
    assert names(root) == []
    with pytest.raises(OSError):
        files.delete(root, "src")
    with pytest.raises(FileNotFoundError):
        files.delete(root, "src/a.md")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\x89PNG\xff", "no text"),
        (b"a\0b", "no text"),
        (b"x" * (files.LARGEST + 1), "larger than 1024 KiB"),
    ],
)
def test_what_is_no_text_is_not_read(root: Path, content: bytes, why: str):
    (root / "b").write_bytes(content)
    with pytest.raises(Unreadable, match=why):
        files.read(root, "b")


@pytest.mark.parametrize("path", [".", "src", "", "src/.."])
def test_a_folder_is_no_file(root: Path, path: str):
    with pytest.raises((IsADirectoryError, Outside)):
        files.read(root, path)
    with pytest.raises((IsADirectoryError, Outside)):
        files.write(root, path, "x")


@pytest.mark.parametrize("path", ["../secret", "{root}/../secret", "out/secret", "link", ".env"])
def test_what_is_outside_is_not_touched(root: Path, path: str):
    (root / "out").symlink_to(root.parent)
    (root / "link").symlink_to(root.parent / "secret")
    path = path.format(root=root)
    with pytest.raises(Outside):
        files.read(root, path)
    with pytest.raises(Outside):
        files.write(root, path, "x")
    with pytest.raises(Outside):
        files.delete(root, path)
    assert (root.parent / "secret").read_text() == "mine"


def test_a_link_inside_leads_to_its_file(root: Path):
    (root / "alias.md").symlink_to("src/a.md")
    assert relative(root, "alias.md") == "src/a.md"
    assert files.write(root, "alias.md", "Bye\n") == "modified"
    assert (root / "alias.md").is_symlink()
    assert (root / "src/a.md").read_text() == "Bye\n"


@pytest.mark.parametrize("swapped", ["src", "src/a.md"])
def test_a_link_that_is_put_there_after_the_path_was_judged_leads_nowhere(
    root: Path, monkeypatch: pytest.MonkeyPatch, swapped: str
):
    """As the site's own code could do it, which the dev server runs."""
    (root.parent / "elsewhere").mkdir()
    (root.parent / "elsewhere/a.md").write_text("mine")
    leads_to = root.parent / ("elsewhere" if swapped == "src" else "elsewhere/a.md")
    judge = opening.within

    def slow(base: Path, path: str) -> Path:
        found = judge(base, path)
        (root / swapped).rename(root / "gone")
        (root / swapped).symlink_to(leads_to)
        return found

    monkeypatch.setattr(opening, "within", slow)
    with pytest.raises(OSError):
        files.read(root, "src/a.md")
    assert (root.parent / "elsewhere/a.md").read_text() == "mine"


def test_a_pipe_is_not_waited_for(root: Path, monkeypatch: pytest.MonkeyPatch):
    os.mkfifo(root / "pipe")
    with pytest.raises(Outside):
        files.read(root, "pipe")
    monkeypatch.setattr(opening, "within", lambda base, path: base.resolve() / path)  # pyright: ignore
    with pytest.raises(Unreadable, match="no ordinary file"):
        files.read(root, "pipe")


def test_files_are_listed_without_what_is_built_private_or_a_link(root: Path):
    for path in (
        "z.md", ".env", ".env.example", ".npmrc", ".git/config", "node_modules/a/b.js",
        "dist/a.html", "src/node_modules/c.js", ".astro/types.d.ts", ".vscode/settings.json",
    ):  # fmt: skip
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("x")
    (root / "link").symlink_to(root.parent / "secret")
    (root / "out").symlink_to(root.parent)
    found = [".env.example", ".vscode/settings.json", "src/a.md", "z.md"]
    assert files.listed(root, 10) == (found, False)
    some, more = files.listed(root, 2)
    assert (len(some), more) == (2, True)
    with pytest.raises(OSError):
        files.listed(root / "nowhere", 10)
