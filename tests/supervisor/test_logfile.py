from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supervisor import logfile
from supervisor.logfile import LogFile
from tests.supervisor.test_links import as_root

PIECES = st.lists(
    st.lists(st.text("ab", max_size=12), min_size=1, max_size=5).map(
        lambda lines: "".join(f"{line}\n" for line in lines).encode()
    )
    | st.sampled_from([b"part", b"of ", b"a line"]),
    max_size=20,
)


def put_aside(path: Path) -> list[Path]:
    """Oldest first."""
    found = [file for file in path.parent.iterdir() if file.name.startswith(f"{path.name}.")]
    return sorted(found, key=lambda file: -int(file.suffix[1:]))


def written(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in [*put_aside(path), path] if file.exists())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log"


def test_a_file_is_appended_to_and_its_folder_is_made(tmp_path: Path):
    path = tmp_path / "a" / "b" / "log"
    for text in (b"one\n", b"two\n"):
        file = LogFile(str(path), 0, 0)
        assert file.write(text) is None
        file.close()
        file.close()
    assert path.read_bytes() == b"one\ntwo\n"


def test_a_full_file_is_put_aside_and_the_oldest_is_dropped(path: Path):
    file = LogFile(str(path), 8, 2)
    for number in range(1, 6):
        file.write(b"line%d\n" % number)
    assert path.read_bytes() == b"line5\n"
    assert path.with_name("log.1").read_bytes() == b"line4\n"
    assert path.with_name("log.2").read_bytes() == b"line3\n"
    assert len(put_aside(path)) == 2
    file.close()


def test_without_backups_a_full_file_begins_anew(path: Path):
    file = LogFile(str(path), 8, 0)
    file.write(b"line1\nline2\n")
    assert path.read_bytes() == b"line2\n"
    assert put_aside(path) == []
    file.close()


def test_a_file_that_is_there_counts(path: Path):
    path.write_bytes(b"before\n")
    file = LogFile(str(path), 10, 1)
    file.write(b"after\n")
    assert path.read_bytes() == b"after\n"
    file.close()


@given(pieces=PIECES, max_bytes=st.integers(1, 40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rotation_loses_and_cuts_nothing(path: Path, pieces: list[bytes], max_bytes: int):
    for file in [*put_aside(path), path]:
        file.unlink(missing_ok=True)
    it = LogFile(str(path), max_bytes, 1000)
    for piece in pieces:
        assert it.write(piece) is None
    it.close()
    assert written(path) == b"".join(pieces)
    for file in put_aside(path):
        text = file.read_bytes()
        assert text.endswith(b"\n")
        # No longer than it may be, but for a line that came in parts or does not fit anywhere.
        assert len(text) <= max_bytes or text[:-1].rfind(b"\n") < max_bytes


def test_a_file_that_somebody_moved_is_begun_anew(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(logfile, "LOOK", 0.0)
    file = LogFile(str(path), 0, 0)
    file.write(b"one\n")
    file.write(b"two\n")
    path.rename(path.with_name("moved"))
    file.write(b"three\n")
    assert path.with_name("moved").read_bytes() == b"one\ntwo\n"
    assert path.read_bytes() == b"three\n"
    path.unlink()
    path.write_bytes(b"of somebody else\n")
    file.write(b"four\n")
    assert path.read_bytes() == b"of somebody else\nfour\n"
    file.close()


def test_between_two_looks_nobody_looks(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(logfile, "LOOK", 1000.0)
    file = LogFile(str(path), 0, 0)
    file.write(b"one\n")
    path.rename(path.with_name("moved"))
    file.write(b"two\n")
    assert path.with_name("moved").read_bytes() == b"one\ntwo\n"
    file.close()
    file.write(b"three\n")
    assert path.read_bytes() == b"three\n"
    file.close()


def test_a_file_can_be_emptied(path: Path):
    file = LogFile(str(path), 10, 1)
    file.write(b"one\ntw")
    file.clear()
    file.write(b"two\nthree\n")
    assert path.read_bytes() == b"two\nthree\n"
    assert put_aside(path) == []
    file.close()


def test_what_is_no_regular_file_is_only_written(tmp_path: Path):
    path = tmp_path / "fifo"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    file = LogFile(str(path), 4, 3)
    file.write(b"one\ntwo\nthree\n")
    file.clear()
    assert os.read(reader, 100) == b"one\ntwo\nthree\n"
    assert stat.S_ISFIFO(path.stat().st_mode)
    assert put_aside(path) == []
    file.close()
    os.close(reader)


def test_a_fifo_without_a_reader_holds_up_nobody(tmp_path: Path):
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(OSError) as caught:
        LogFile(str(tmp_path / "fifo"), 0, 0).write(b"x\n")
    assert caught.value.errno == errno.ENXIO


@as_root
def test_root_writes_to_nothing_that_another_users_link_leads_to(
    path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(logfile, "LOOK", 0.0)
    other = path.with_name("other")
    other.write_bytes(b"of root\n")
    os.chown(path.parent, 54321, 54321)
    file = LogFile(str(path), 0, 0)
    file.write(b"one\n")
    path.rename(path.with_name("aside"))
    path.symlink_to(other)
    with pytest.raises(OSError, match="'log' is a link that another user may have made; remove it"):
        file.write(b"two\n")
    with pytest.raises(OSError, match="remove it"):
        file.clear()
    assert other.read_bytes() == b"of root\n"
    path.unlink()
    file.write(b"three\n")
    assert path.read_bytes() == b"three\n"
    file.close()


class FullDisk:
    """`os.write` on a disk with so much room."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
        self.room = room
        self._write = os.write
        monkeypatch.setattr(logfile.os, "write", self.write)

    def write(self, descriptor: int, data: bytes) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        count = self._write(descriptor, bytes(data)[: self.room])
        self.room -= count
        return count


def test_a_line_that_a_full_disk_cut_off_is_ended_before_the_next(
    path: Path, monkeypatch: pytest.MonkeyPatch
):
    disk = FullDisk(monkeypatch, room=6)
    file = LogFile(str(path), 0, 0)
    with pytest.raises(OSError):
        file.write(b"one\ntwo\nthree\n")
    assert file.written == 6
    with pytest.raises(OSError):
        file.write(b"lost\n")
    assert file.written == 0
    file.close()
    disk.room = 100
    file.write(b"four\n")
    assert path.read_bytes() == b"one\ntw\nfour\n"
    file.close()


def test_a_line_that_was_whole_needs_no_other_end(path: Path, monkeypatch: pytest.MonkeyPatch):
    disk = FullDisk(monkeypatch, room=4)
    file = LogFile(str(path), 0, 0)
    with pytest.raises(OSError):
        file.write(b"one\ntwo\n")
    disk.room = 100
    file.write(b"three\n")
    assert path.read_bytes() == b"one\nthree\n"
    file.close()


def test_a_file_that_cannot_be_put_aside_goes_on(path: Path):
    path.with_name("log.1").mkdir()
    (path.with_name("log.1") / "x").touch()
    file = LogFile(str(path), 8, 1)
    file.write(b"line1\n")
    assert isinstance(file.write(b"line2\n"), OSError)
    assert file.write(b"x\n") is None
    assert path.read_bytes() == b"line1\nline2\nx\n"
    file.close()


def test_a_file_that_vanished_before_it_could_be_put_aside_is_no_trouble(path: Path):
    file = LogFile(str(path), 8, 1)
    file.write(b"line1\n")
    path.unlink()
    assert file.write(b"line2\n") is None
    assert path.read_bytes() == b"line2\n"
    file.close()
