"""Who is a leftover of a daemon's place, and how they are ended, among real processes."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import structlog

from supervisor import leftovers, procfs
from supervisor.leftovers import LOOKS, end_leftovers, find, place_of
from supervisor.survivors import MARKER


@pytest.fixture
def place(tmp_path: Path) -> str:
    return place_of(str(tmp_path / "s"))


@contextmanager
def marked(mark: str) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, MARKER: mark, "NURSERYD_SERVICE": "web"}
    with subprocess.Popen(
        ["sh", "-c", "echo; read line"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as it:
        assert it.stdout is not None
        it.stdout.readline()  # in the middle of its exec it shows no environment
        try:
            yield it
        finally:
            it.kill()


def test_a_place_is_its_folder_and_the_socket_s_name(tmp_path: Path, monkeypatch):
    (link := tmp_path / "link").symlink_to(tmp_path)
    assert place_of(str(tmp_path / "s")) == place_of(str(link / "s"))
    assert place_of(str(tmp_path / "s")) != place_of(str(tmp_path / "s2"))
    assert place_of(str(tmp_path / "s")) != place_of(str(tmp_path.parent / "s"))
    monkeypatch.chdir(tmp_path)
    assert place_of("s") == place_of(str(tmp_path / "s"))


def test_they_carry_the_place_and_nothing_that_only_begins_like_it(place: str):
    with marked(f"{place}/a-1") as one, marked(f"{place}/b-7") as two, marked(f"{place}2/a-1"):
        # Whether that is sure to be all is for any process of the machine to say.
        assert find(place)[0] == {one.pid: "web", two.pid: "web"}
        assert find(place, {one.pid})[0] == {two.pid: "web"}


async def test_one_in_hiding_is_looked_for_again(place: str, monkeypatch: pytest.MonkeyPatch):
    hiding = [True]

    def variables(name: str) -> list[bytes]:
        found = real(name)
        return [] if name == str(it.pid) and hiding and hiding.pop() else found

    real = procfs.variables
    monkeypatch.setattr(procfs, "variables", variables)
    with marked(f"{place}/a-1") as it:
        await end_leftovers(place)
        assert it.wait() == -signal.SIGTERM
    assert not hiding


async def test_one_without_an_environment_is_looked_for_a_few_times_and_left_alone(
    place: str, monkeypatch: pytest.MonkeyPatch, autojump_clock: object
):
    looks = 0

    def variables(name: str) -> list[bytes]:
        nonlocal looks
        looks += name == str(it.pid)
        return [] if name == str(it.pid) else real(name)

    real = procfs.variables
    monkeypatch.setattr(procfs, "variables", variables)
    with marked(f"{place}/a-1") as it:
        await end_leftovers(place)
        assert it.poll() is None
    assert looks == LOOKS


async def test_where_ancestors_are_hidden_the_others_are_ended_all_the_same(
    place: str, monkeypatch: pytest.MonkeyPatch
):
    def stat(name: str) -> procfs.Stat:
        if name == str(os.getpid()):
            raise FileNotFoundError(errno.ENOENT, "hidden")
        return real(name)

    real = procfs.stat
    monkeypatch.setattr(procfs, "stat", stat)
    with marked(f"{place}/a-1") as it:
        await end_leftovers(place)
        assert it.wait() == -signal.SIGTERM


@pytest.mark.parametrize("trouble", ["pidfd_send_signal", "pidfd_open"])
async def test_what_cannot_be_ended_is_left_and_told_of(
    place: str, trouble: str, autojump_clock, monkeypatch: pytest.MonkeyPatch
):
    def refuse(*_: object) -> None:
        raise OSError(errno.EMFILE if trouble == "pidfd_open" else errno.EPERM, "no")

    module = os if trouble == "pidfd_open" else signal
    with marked(f"{place}/a-1") as it, structlog.testing.capture_logs() as logs:
        with monkeypatch.context() as patch:
            patch.setattr(module, trouble, refuse)
            await end_leftovers(place)
        assert it.poll() is None
    facts = {"pids": [it.pid], "services": ["web"]}
    assert [log["event"].split()[0] for log in logs] == ["ending", "cannot"]
    assert all(facts.items() <= log.items() for log in logs)
    # Anybody's process of the machine may be in the middle of an exec, and leave doubt.
    doubt = LOOKS * leftovers.PAUSE
    assert leftovers.GRACE + leftovers.PATIENCE + doubt >= autojump_clock.current_time() > 0
