from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
import trio
from structlog.testing import capture_logs

from supervisor import logfiles
from supervisor.logfiles import LogFiles
from supervisor.spec import Log
from tests.supervisor.real import until

FOR_EVER = Log(max_bytes=0)


@pytest.fixture
async def files():
    it = LogFiles()
    yield it
    it.close(10)


@pytest.fixture
def said():
    with capture_logs() as logs:
        yield logs


async def test_each_file_takes_what_is_for_it(files: LogFiles, tmp_path: Path):
    for name in "ab":
        files.configure(f"{tmp_path}/{name}", FOR_EVER)
        files.write("s", f"{tmp_path}/{name}", f"{name}\n".encode())
    files.close(10)
    assert (tmp_path / "a").read_bytes() == b"a\n"
    assert (tmp_path / "b").read_bytes() == b"b\n"
    assert files.lost == {}


async def test_limits_may_change_at_any_time(files: LogFiles, tmp_path: Path):
    path = f"{tmp_path}/log"
    files.configure(path, FOR_EVER)
    files.write("s", path, b"one\ntwo\n")
    await until(lambda: (tmp_path / "log").exists() and (tmp_path / "log").stat().st_size)
    files.configure(path, Log(max_bytes=4, backups=1))
    files.write("s", path, b"three\n")
    files.close(10)
    assert (tmp_path / "log").read_bytes() == b"three\n"
    assert (tmp_path / "log.1").read_bytes() == b"one\ntwo\n"


async def test_a_file_that_nobody_needs_is_closed(files: LogFiles, tmp_path: Path):
    for name in "ab":
        files.configure(f"{tmp_path}/{name}", FOR_EVER)
        files.write("s", f"{tmp_path}/{name}", b"x\n")
    files.keep({f"{tmp_path}/a"})

    def links() -> Iterator[str]:
        for entry in Path("/proc/self/fd").iterdir():
            with suppress(FileNotFoundError):  # closed since
                yield os.readlink(entry)

    def is_open(name: str) -> bool:
        return f"{tmp_path}/{name}" in links()

    await until(lambda: is_open("a") and not is_open("b"))


async def test_files_can_be_begun_anew_and_emptied(files: LogFiles, tmp_path: Path):
    path = tmp_path / "log"
    files.configure(str(path), FOR_EVER)
    files.write("s", str(path), b"one\n")
    await until(path.exists)
    path.rename(tmp_path / "moved")
    files.reopen()
    files.write("s", str(path), b"two\n")
    files.clear(str(path))
    files.write("s", str(path), b"three\n")
    files.close(10)
    assert (tmp_path / "moved").read_bytes() == b"one\n"
    assert path.read_bytes() == b"three\n"


async def test_a_file_that_cannot_be_written_is_said_once_and_tried_again(
    files: LogFiles, said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(logfiles, "RETRY", 0.0)
    path = str(tmp_path / "folder" / "log")
    (tmp_path / "folder").write_text("in the way")
    files.configure(path, FOR_EVER)
    for count in (2, 4, 6):
        files.write("s", path, b"lost\nlost\n")
        await until(lambda: files.lost == {path: count})  # noqa: B023
    (tmp_path / "folder").unlink()
    files.write("s", path, b"kept\n")
    await until(lambda: len(said) == 2)
    first, second = said
    assert first["event"] == "cannot write a log file"
    assert first["file"] == path
    assert "folder" in first["reason"]
    assert second["event"] == "a log file can be written again"
    assert second["lost"] == 6
    assert Path(path).read_bytes() == b"kept\n"


async def test_a_file_that_could_not_be_written_is_left_alone_for_a_while(
    files: LogFiles, said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(logfiles, "RETRY", 1000.0)
    path = str(tmp_path / "folder" / "log")
    (tmp_path / "folder").write_text("in the way")
    files.configure(path, FOR_EVER)
    files.write("s", path, b"lost\n")
    await until(lambda: len(said) == 1)
    (tmp_path / "folder").unlink()
    files.write("s", path, b"lost too\n")
    await until(lambda: files.lost == {path: 2})
    assert not Path(path).exists()


async def test_a_full_disk_costs_the_lines_and_nothing_else(files: LogFiles, said):
    files.configure("/dev/full", FOR_EVER)
    files.write("s", "/dev/full", b"one\ntwo\nthree")
    await until(lambda: files.lost == {"/dev/full": 2} and len(said) == 1)
    assert "No space left" in said[0]["reason"]


async def test_a_hung_disk_holds_up_nobody(said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    hung = threading.Event()
    write = os.write

    def hang(descriptor: int, data: bytes) -> int:
        assert hung.wait(10)
        return write(descriptor, data)

    monkeypatch.setattr("supervisor.logfile.os.write", hang)
    files = LogFiles(room=100)
    path = str(tmp_path / "log")
    files.configure(path, FOR_EVER)
    for _ in range(10):
        files.write("s", path, b"twenty bytes, nearly\n")
        with trio.fail_after(5):
            await files.relief("s", 21)
    lost = files.lost[path]
    assert lost == 8
    assert [record["event"] for record in said] == ["cannot write a log file as fast as it grows"]
    hung.set()
    await until(lambda: Path(path).exists() and Path(path).read_bytes().count(b"\n") == 2)
    await until(lambda: not files._backlog._held)
    files.write("s", path, b"again\n")
    assert said[-1]["event"] == "a log file has caught up"
    assert said[-1]["lost"] == 8
    files.close(10)


async def test_what_cannot_be_put_aside_or_emptied_is_said(files: LogFiles, said, tmp_path: Path):
    path = tmp_path / "log"
    (tmp_path / "log.1").mkdir()
    files.configure(str(path), Log(max_bytes=4, backups=1))
    files.write("s", str(path), b"one\ntwo\n")
    await until(lambda: len(said) == 1)
    assert said[0]["event"] == "cannot put a full log file aside"
    path.unlink()
    path.mkdir()
    files.reopen()
    files.clear(str(path))
    await until(lambda: len(said) == 2)
    assert said[1]["event"] == "cannot empty a log file"


def test_what_is_said_after_the_run_is_heard_by_nobody(tmp_path: Path):
    opened = threading.Event()
    (tmp_path / "folder").write_text("in the way")
    path = str(tmp_path / "folder" / "log")

    async def write() -> LogFiles:
        files = LogFiles()
        files.configure(path, FOR_EVER)
        files._do(partial(opened.wait, 10))
        files.write("s", path, b"lost\n")
        return files

    files = trio.run(write)
    opened.set()
    files.close(10)
    assert files.lost == {path: 1}
