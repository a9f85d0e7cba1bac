from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import trio

from supervisor.socket.endpoint import SocketBusy, open_socket
from tests.supervisor.real import PATIENCE, ROOT


async def answered(path: str) -> bool:
    try:
        async with await trio.open_unix_socket(path):
            return True
    except OSError:
        return False


async def test_it_is_for_its_user_alone_and_gone_when_closed(tmp_path: Path):
    endpoint = await open_socket(str(tmp_path / "s"))
    assert stat.S_IMODE(os.stat(tmp_path / "s").st_mode) == 0o600
    endpoint.close()
    assert list(tmp_path.iterdir()) == []


async def test_a_directory_that_vanished_is_no_trouble_at_the_end(tmp_path: Path):
    directory = tmp_path / "new" / "one"
    endpoint = await open_socket(str(directory / "s"))
    for file in directory.iterdir():
        file.unlink()
    directory.rmdir()
    endpoint.close()
    assert not directory.exists()


async def test_a_dead_daemon_s_socket_is_replaced(tmp_path: Path):
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(path)
    (tmp_path / "s.lock").touch()
    endpoint = await open_socket(path)
    assert await answered(path)
    endpoint.close()


@pytest.mark.parametrize("left", [("s",), ("s.lock",), ("s", "s.lock"), ()])
async def test_it_says_whether_files_of_a_dead_daemon_were_there(tmp_path: Path, left: tuple[str]):
    if "s" in left:
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(tmp_path / "s"))
    if "s.lock" in left:
        (tmp_path / "s.lock").touch()
    endpoint = await open_socket(str(tmp_path / "s"))
    assert endpoint.inherited is bool(left)
    endpoint.close()
    endpoint = await open_socket(str(tmp_path / "s"))
    assert not endpoint.inherited
    endpoint.close()


async def test_who_cannot_take_over_leaves_the_lock_for_the_one_who_can(tmp_path: Path):
    (tmp_path / "s.lock").touch()
    (tmp_path / "s").write_text("precious")
    with pytest.raises(SocketBusy, match="Address already in use"):
        await open_socket(str(tmp_path / "s"))
    (tmp_path / "s").unlink()
    endpoint = await open_socket(str(tmp_path / "s"))
    assert endpoint.inherited
    endpoint.close()


async def test_a_living_daemon_s_socket_is_not(tmp_path: Path):
    path = str(tmp_path / "s")
    endpoint = await open_socket(path)
    with pytest.raises(SocketBusy, match="another daemon does; stop it, or set"):
        await open_socket(path)
    assert await answered(path)
    endpoint.close()
    (await open_socket(path)).close()


async def test_somebody_else_who_listens_there_is_left_alone(tmp_path: Path):
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(path)
        other.listen()
        with pytest.raises(SocketBusy, match="another daemon does"):
            await open_socket(path)
        assert await answered(path)
    assert not (tmp_path / "s.lock").exists()


async def test_a_path_that_can_be_no_socket_is_refused(tmp_path: Path):
    (tmp_path / "file").write_text("precious")
    with pytest.raises(SocketBusy, match="Address already in use"):
        await open_socket(str(tmp_path / "file"))
    assert (tmp_path / "file").read_text() == "precious"
    instead = "; set supervisor.socket to another path"
    with pytest.raises(SocketBusy, match=f"File exists{instead}"):
        await open_socket(str(tmp_path / "file" / "s"))
    with pytest.raises(SocketBusy, match=f"at most 107 bytes{instead}"):
        await open_socket(str(tmp_path / ("x" * 107)))


async def test_the_mask_of_new_files_is_as_before(tmp_path: Path):
    before = os.umask(0o022)
    os.umask(before)
    endpoint = await open_socket(str(tmp_path / "s"))
    assert os.umask(before) == before
    endpoint.close()


async def test_a_lock_that_is_removed_while_another_waits_for_it_is_taken_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """As when its holder ends between the other one's opening the file and locking it."""
    import fcntl

    lock, real = tmp_path / "s.lock", fcntl.flock
    removed: list[bool] = []

    def flock(descriptor: int, how: int) -> None:
        real(descriptor, how)
        if not removed:
            removed.append(True)
            lock.unlink()

    monkeypatch.setattr("supervisor.socket.endpoint.fcntl.flock", flock)
    endpoint = await open_socket(str(tmp_path / "s"))
    assert lock.exists()
    endpoint.close()


# Whoever gets the socket says so and keeps it until its stdin ends.
ONE = """
import os, sys, trio
from supervisor.socket.endpoint import SocketBusy, open_socket
async def main():
    try:
        endpoint = await open_socket(sys.argv[1])
    except SocketBusy:
        os.write(1, b"busy")
        return
    os.write(1, b"mine")
    await trio.to_thread.run_sync(sys.stdin.read)
sys.stdin.readline()
trio.run(main)
"""


async def test_of_several_that_begin_in_the_same_instant_one_gets_it(tmp_path: Path):
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(path)
    command = [sys.executable, "-c", ONE, path]
    all_of_them = [
        await trio.lowlevel.open_process(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(6)
    ]
    with trio.fail_after(PATIENCE):
        for one in all_of_them:
            assert one.stdin is not None
            await one.stdin.send_all(b"go\n")
        said = [await one.stdout.receive_some() for one in all_of_them if one.stdout is not None]
        assert sorted(said) == [b"busy"] * 5 + [b"mine"]
        assert await answered(path)
        for one in all_of_them:
            await one.stdio.aclose()
            assert await one.wait() == 0
