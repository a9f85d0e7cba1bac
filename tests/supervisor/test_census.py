"""Who is left, for as many as want to know."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Generator
from contextlib import contextmanager

import pytest
import trio

from supervisor import census
from supervisor.census import MARKER, Look, look

pytestmark = pytest.mark.system


@contextmanager
def sleeper(marker: str | None, **how: bool) -> Generator[int]:
    environment = {MARKER: marker} if marker else {}
    process = subprocess.Popen(["/bin/sleep", "1000"], env=environment, **how)
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()


def taken() -> Look:
    it = Look()
    it.take()
    return it


def test_one_in_the_session_is_found_whatever_its_environment_says():
    with sleeper(None, start_new_session=True) as pid:
        assert taken().survivors(pid, "another") == {pid}


def test_one_in_another_session_is_found_by_its_marker():
    with sleeper("this-life") as pid:
        assert taken().survivors(-1, "this-life") == {pid}
        assert taken().survivors(-1, "this") == set()


def test_a_leader_is_left_to_its_own_life(monkeypatch: pytest.MonkeyPatch):
    with sleeper("this-life", start_new_session=True) as pid:
        monkeypatch.setattr(census, "leaders", {pid})
        assert taken().survivors(pid, "this-life") == set()


def test_one_without_an_environment_leaves_doubt(monkeypatch: pytest.MonkeyPatch):
    with sleeper(None) as pid:
        assert not taken().sure
        everybody = {int(entry) for entry in os.listdir("/proc") if entry.isdecimal()}
        monkeypatch.setattr(census, "leaders", everybody - {os.getpid()})
        assert taken().sure, pid


async def test_who_asks_at_the_same_time_shares_a_look_and_who_asks_later_has_another():
    looks: list[Look] = []

    async def ask() -> None:
        looks.append(await look())

    for _ in range(2):
        async with trio.open_nursery() as nursery:
            for _ in range(10):
                nursery.start_soon(ask)
    assert len({id(one) for one in looks[:10]}) == 1
    assert len({id(one) for one in looks}) == 2


def test_a_zombie_is_nobody_and_leaves_no_doubt(monkeypatch: pytest.MonkeyPatch):
    others = {int(entry) for entry in os.listdir("/proc") if entry.isdecimal()}
    with sleeper("this-life", start_new_session=True) as pid:
        os.kill(pid, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        monkeypatch.setattr(census, "leaders", others)
        look = taken()
        assert look.sure
        assert look.survivors(pid, "this-life") == set()


def test_one_that_may_not_be_read_is_known_by_its_session(monkeypatch: pytest.MonkeyPatch):
    read = census._read

    def refuse(pid: int, name: str) -> bytes:
        if name == "environ":
            raise PermissionError
        return read(pid, name)

    with sleeper("this-life", start_new_session=True) as pid:
        monkeypatch.setattr(census, "_read", refuse)
        look = taken()
        assert look.sure
        assert look.survivors(pid, "this-life") == {pid}
