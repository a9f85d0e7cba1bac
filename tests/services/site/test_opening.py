"""What is opened is what was judged, whatever is done to the folder in between."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from services.site import opening
from services.site.containment import Outside, within


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "site"
    (root / "src").mkdir(parents=True)
    (root / "src/a.md").write_text("Hello\n")
    (tmp_path / "secret").write_text("mine")
    return root


def test_a_second_name_of_another_file_that_is_put_there_after_the_judgement_is_not_read(
    root: Path, monkeypatch: pytest.MonkeyPatch
):
    def slow(base: Path, path: str) -> Path:
        found = within(base, path)
        (root / path).unlink()
        os.link(root.parent / "secret", root / path)
        return found

    monkeypatch.setattr(opening, "within", slow)
    with opening.at(root, "src/a.md") as (folder, name), pytest.raises(Outside, match="another"):
        opening.slurp(folder, name, "src/a.md", 100)


def test_a_folder_that_becomes_a_link_after_the_judgement_is_not_entered(
    root: Path, monkeypatch: pytest.MonkeyPatch
):
    def slow(base: Path, path: str) -> Path:
        found = within(base, path)
        (root / "src").rename(root / "gone")
        (root / "src").symlink_to(root.parent)
        return found

    monkeypatch.setattr(opening, "within", slow)
    with pytest.raises(OSError), opening.folder_at(root, "src"):
        pass


def test_a_file_is_replaced_in_one_step_and_leaves_nothing(root: Path):
    with opening.at(root, "src/a.md") as (folder, name):
        held = os.open(root / "src/a.md", os.O_RDONLY)
        opening.replace(folder, name, b"Bye\n", 0o640, durable=True)
        assert os.read(held, 100) == b"Hello\n"
        os.close(held)
    assert (root / "src/a.md").read_bytes() == b"Bye\n"
    assert (root / "src/a.md").stat().st_mode & 0o777 == 0o640
    assert os.listdir(root / "src") == ["a.md"]


def test_a_draft_that_comes_to_nothing_is_removed(root: Path):
    with opening.folder_at(root, "src") as folder:
        with opening.drafted(folder) as (draft, handle):
            os.close(handle)
            assert sorted(os.listdir(root / "src")) == [draft, "a.md"]
        assert os.listdir(root / "src") == ["a.md"]


def test_a_device_is_no_file_of_anything():
    with pytest.raises(Outside, match="no ordinary file"):
        within(Path("/dev"), "zero")
    with opening.folder_at(Path("/dev"), "") as folder, pytest.raises(opening.Unreadable):
        opening.slurp(folder, "zero", "zero", 10)
