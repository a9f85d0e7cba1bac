"""A file is read once for its hash, for as long as it certainly is the same."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from services.messages import ListFiles
from services.workspaces import browsing
from services.workspaces.hashing import blob_id
from services.workspaces.remembering import SETTLED, Hashes
from tests.services.workspaces.world import World, write


class Reader:
    """Reads a file, and counts how often."""

    def __init__(self, path: Path) -> None:
        self.path, self.times = path, 0

    def __call__(self) -> str:
        self.times += 1
        return blob_id(self.path.read_bytes())


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    path = tmp_path / "a.md"
    path.write_text("one")
    return Reader(path)


def test_what_was_settled_is_read_once(reader: Reader):
    now = reader.path.stat().st_ctime + SETTLED + 1
    hashes = Hashes(clock=lambda: now)
    for _ in range(3):
        assert hashes.of(reader.path.stat(), reader) == blob_id(b"one")
    assert reader.times == 1


def test_what_was_changed_a_moment_ago_is_read_again(reader: Reader):
    now = reader.path.stat().st_ctime + SETTLED - 0.1
    hashes = Hashes(clock=lambda: now)
    for _ in range(2):
        hashes.of(reader.path.stat(), reader)
    assert reader.times == 2


def test_a_change_that_hides_its_time_is_seen(reader: Reader):
    status = reader.path.stat()
    hashes = Hashes(clock=lambda: status.st_ctime + 100)
    hashes.of(status, reader)
    while reader.path.stat().st_ctime_ns == status.st_ctime_ns:  # the clock of files has steps
        reader.path.write_text("two")
        os.utime(reader.path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert hashes.of(reader.path.stat(), reader) == blob_id(b"two")


def test_no_more_are_remembered_than_there_is_room_for(tmp_path: Path):
    hashes = Hashes(most=2, clock=lambda: float("inf"))
    readers: list[Reader] = []
    for name in "abc":
        (tmp_path / name).write_text(name)
        readers.append(Reader(tmp_path / name))
    for index in (0, 1, 0, 2, 0, 1):
        hashes.of(readers[index].path.stat(), readers[index])
    assert [reader.times for reader in readers] == [1, 2, 1]


def test_a_second_list_reads_no_file(world: World, monkeypatch: pytest.MonkeyPatch):
    site = world.open()
    write(site, "a.md")
    world.filing.hashes._clock = lambda: float("inf")
    first = world.ask(ListFiles(world.key()))
    monkeypatch.delattr(browsing, "slurp")
    assert world.ask(ListFiles(world.key())) == first
    assert first.entries[0].hash == blob_id(b"x\n")
