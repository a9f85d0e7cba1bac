"""A container that is ended at an odd moment, twice, with something stuck, or with no disk left."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.container.bundle import Mount
from tests.container.container import Container, own
from tests.container.ending import KILL, TERM, begin, container, ended, goes_on, stop
from tests.container.image import Image
from tests.container.volume import Volume
from tests.whole.api import until
from tests.whole.clients import Caller

pytestmark = pytest.mark.system

AT_ONCE = 10.0  # seconds; nothing is under way that anybody waits for
IGNORES = """
[service.stuck]
kind = "process"
command = ["sh", "-c", "trap '' TERM; while :; do sleep 1; done"]
stop_timeout = 20.0
"""
SHIELDED = """
[service.stuck]
kind = "task"
run = "stuck:serve"
stop_timeout = 2.0
"""
STUCK = """
import trio

async def serve(ctx, *, task_status):
    task_status.started()
    with trio.CancelScope(shield=True):
        await trio.sleep_forever()
"""


@pytest.fixture
def volume(tmp_path: Path) -> Volume:
    return Volume(tmp_path / "volume")


def running(it: Container, *words: str) -> bool:
    """Whether a process runs in it whose command line has these words."""
    return any(all(word in " ".join(each.command) for word in words) for each in it.processes())


def drop_in(tmp_path: Path, text: str) -> Mount:
    """A file of configuration that is laid over the container's."""
    folder = tmp_path / "drop-ins"
    folder.mkdir()
    (folder / "stuck.toml").write_text(text)
    return Mount(own(folder), "/etc/nurseryd/container.toml.d", readonly=True)


def standing(it: Container, volume: Volume) -> str:
    """A turn that has edited a file and stands still."""
    it.ready()
    it.init(empty=True)
    turn = begin(it, "first", "edit")
    until("an edit", lambda: volume.told("first", "file.changed"))
    return turn


def went_on(slim: Image, volume: Volume, turn: str) -> None:
    """The next container has what a standing turn left, and goes on."""
    with container(slim, volume) as it:
        it.ready()
        found = ended(it, "first", turn)
        assert (found["state"], found["leftover"]) == ("interrupted", "offered")
        assert volume.status("first") == ["?? edited.md"]
        goes_on(it, volume, "first")
        stop(it)
    assert (volume.wrong(), volume.busy()) == ([], set())


def holds_signals_back(it: Container) -> bool:
    """Whether PID 1 is so far that a signal is not lost: the kernel drops what an init ignores.

    While it waits for signals with a child, they are in no list of what it holds back.
    """
    if it.pid is None:
        return False
    if any(each.inside == 2 for each in it.processes()):
        return True
    lines = Path(f"/proc/{it.pid}/status").read_text().splitlines()
    blocked = next(int(line.split()[1], 16) for line in lines if line.startswith("SigBlk"))
    return bool(blocked >> (signal.SIGTERM - 1) & 1)


@pytest.mark.parametrize("moment", ["first", "started", "agent", "api"])
def test_it_is_ended_while_it_starts(slim: Image, volume: Volume, moment: str) -> None:
    texts = {
        "first": "",
        "started": '"event":"started"',
        "agent": '"service":"agent","state":"STARTING"',
        "api": '"service":"api","state":"STARTING"',
    }
    with container(slim, volume) as it:
        until("PID 1", lambda: holds_signals_back(it), 10)
        until(moment, lambda: texts[moment] in it.log, 30)
        assert stop(it) < AT_ONCE
    with container(slim, volume) as it:
        it.ready()
        it.init(empty=True)
        goes_on(it, volume, "first")
        stop(it)


def test_it_is_ended_while_it_installs(slim: Image, volume: Volume, dependencies: Path) -> None:
    with container(slim, volume) as it:
        it.ready()
        it.init()
        asking = Caller(lambda: it.page())
        until("npm", lambda: running(it, "npm", "ci"))
        assert stop(it) < AT_ONCE
        asking.ended()
    with container(slim, volume, cache=dependencies) as it:
        it.ready()
        it.init()
        it.shown("</html>")
        goes_on(it, volume, "first")
        stop(it)
    assert (volume.wrong(), volume.busy()) == ([], set())


def test_it_is_ended_while_a_site_is_built(slim: Image, volume: Volume, dependencies: Path) -> None:
    endless = "---\nawait new Promise((done) => setTimeout(done, 300000));\n---\n"
    with container(slim, volume, cache=dependencies) as it:
        it.ready()
        it.init()
        it.shown("</html>")
        page = volume.put("acme/ada/threads/first/src/pages/endless.astro", endless)
        building = Caller(lambda: it.post("/api/astro/build/acme/ada/first", {}))
        until("a build", lambda: running(it, "build"))
        assert stop(it) < AT_ONCE
        status, _ = building.ended()
        assert status == 503
        assert volume.status("first") == ["?? src/pages/endless.astro"]
    with container(slim, volume, cache=dependencies) as it:
        it.ready()
        it.init()
        page.unlink()
        it.shown("</html>")
        goes_on(it, volume, "first")
        stop(it)
    assert (volume.wrong(), volume.busy()) == ([], set())


def test_it_is_ended_while_a_remote_is_silent(slim: Image, volume: Volume) -> None:
    with container(slim, volume) as it:
        it.ready()
        with socket.create_server((it.host, 0)) as server:
            url = f"https://{it.host}:{server.getsockname()[1]}/site.git"
            ids = {"clientId": "acme", "userId": "ada", "threadId": "first"}
            asking = Caller(lambda: it.post("/api/init", {**ids, "repoUrl": url}))
            connection, _ = server.accept()
            with connection:
                assert stop(it) < AT_ONCE
        status, answer = asking.ended()
        assert (status, answer["success"]) == (503, False)
    assert not (volume.home / "project").exists()
    with container(slim, volume) as it:
        it.ready()
        it.init(empty=True)
        goes_on(it, volume, "first")
        stop(it)
    assert (volume.wrong(), volume.busy()) == ([], set())


def test_what_ignores_the_signal_is_killed_in_time(
    slim: Image, volume: Volume, tmp_path: Path
) -> None:
    with container(slim, volume, mounts=(drop_in(tmp_path, IGNORES),)) as it:
        turn = standing(it, volume)
        assert 19 < stop(it) < 25
    went_on(slim, volume, turn)


def test_a_second_signal_means_at_once(slim: Image, volume: Volume, tmp_path: Path) -> None:
    with container(slim, volume, mounts=(drop_in(tmp_path, IGNORES),)) as it:
        turn = standing(it, volume)
        it.signal(TERM)
        until("what is saved", lambda: "unfinished work saved" in it.log)
        time.sleep(1.0)  # two signals at the same moment count as one
        assert stop(it) < AT_ONCE
    went_on(slim, volume, turn)


def test_a_task_that_does_not_end_keeps_nobody(slim: Image, volume: Volume, tmp_path: Path) -> None:
    volume.put("plugins/stuck.py", STUCK)
    more = {"PYTHONPATH": "/workspace/plugins"}
    mounts = (drop_in(tmp_path, SHIELDED),)
    with container(slim, volume, mounts=mounts, environment=more) as it:
        turn = standing(it, volume)
        assert it.end(TERM, 45) == 1
        assert it.processes() == []
        assert '"services":["stuck"]' in it.log
        assert "most recent call first" in it.log  # of every thread, for whoever looks into it
    went_on(slim, volume, turn)


def test_a_frozen_daemon_is_killed_after_its_time(slim: Image, volume: Volume) -> None:
    with container(slim, volume) as it:
        turn = standing(it, volume)
        daemon = next(each for each in it.processes() if each.inside == 2)
        os.kill(daemon.pid, signal.SIGSTOP)
        it.signal(TERM)
        with pytest.raises(subprocess.TimeoutExpired):
            it.wait(5)
        stop(it, KILL)
    went_on(slim, volume, turn)


@contextmanager
def disk(place: Path, megabytes: int) -> Iterator[Path]:
    """A small disk of its own at a place."""
    place.mkdir()
    size = f"size={megabytes}m,mode=755"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(place: Path) -> Path:
    """Leave no byte free on the disk of a place."""
    filler = place / "filler"
    with filler.open("wb", buffering=0) as file:
        size = 1 << 20
        while size:
            try:
                size = size if file.write(bytes(size)) == size else size // 2
            except OSError:
                size //= 2
    return filler


def test_it_is_ended_with_a_full_volume(slim: Image, tmp_path: Path) -> None:
    with disk(tmp_path / "disk", 24) as place:
        volume = Volume(place)
        with container(slim, volume) as it:
            turn = standing(it, volume)
            filler = fill(place)
            assert stop(it) < AT_ONCE
            assert "free some space on the volume" in it.log
        filler.unlink()
        went_on(slim, volume, turn)


def test_it_is_ended_with_a_volume_that_can_only_be_read(slim: Image, tmp_path: Path) -> None:
    with disk(tmp_path / "disk", 24) as place:
        volume = Volume(place)
        with container(slim, volume) as it:
            it.ready()
            it.init(empty=True)
            goes_on(it, volume, "first")
            volume.put("acme/ada/threads/first/by-hand.md", "by hand\n")
            readonly(place, "ro")
            assert stop(it) < AT_ONCE
            assert "mount the volume so that it can be written to" in it.log
        readonly(place, "rw")
        with container(slim, volume) as it:
            it.ready()
            assert volume.status("first") == ["?? by-hand.md"]
            goes_on(it, volume, "first")
            stop(it)
        assert (volume.wrong(), volume.busy()) == ([], set())


def readonly(place: Path, how: str) -> None:
    """Have the whole disk, wherever it is mounted, read-only or not."""
    subprocess.run(["mount", "-o", f"remount,{how}", str(place)], check=True)


def test_a_lost_volume_loses_nothing_where_all_is_pushed(
    slim: Image, tmp_path: Path, volume: Volume
) -> None:
    remote = tmp_path / "remote.git"
    git = ("git", "-C", str(tmp_path))
    subprocess.run([*git, "init", "-q", "--bare", "-b", "main", str(remote)], check=True)
    own(remote)
    options = {
        "mounts": (Mount(remote, "/remote.git"),),
        "environment": {"GIT_PUSH_AT_STOP": "true"},
    }
    url = {"repoUrl": "file:///remote.git"}
    with container(slim, volume, **options) as it:
        it.ready()
        it.init(**url, empty=True)
        assert ended(it, "first", begin(it, "first", "later"))["state"] == "committed"
        turn = begin(it, "first", "edit")
        until("an edit", lambda: volume.count("first", "file.changed") == 2)
        stop(it)
        head = volume.git("rev-parse", "HEAD", thread="first")
        assert volume.end_of("first", turn)
    fresh = Volume(tmp_path / "fresh")
    with container(slim, fresh, **options) as it:
        it.ready()
        it.init(**url)
        assert fresh.git("rev-parse", "HEAD", thread="first") == head
        assert fresh.status("first") == ["?? edited.md"]
        stop(it)
    assert (fresh.wrong(), fresh.busy()) == ([], set())
