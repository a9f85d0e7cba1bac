"""Which of the dead are reaped, and when. The dead are real; the time is not."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from functools import partial

import pytest
import trio

from supervisor import procfs, reaper
from supervisor.reaper import GRACE, OWN_SESSION_GRACE, Zombie
from tests.supervisor.real import state_of, until

MANAGED: set[int] = set()
look = partial(reaper.look, managed=MANAGED)
reap_orphans = partial(reaper.reap_orphans, MANAGED)


def dead(*, new_session: bool = True) -> subprocess.Popen[bytes]:
    """A child of ours that is a zombie, and that nobody waits for yet."""
    it = subprocess.Popen(["true"], start_new_session=new_session)
    os.waitid(os.P_PID, it.pid, os.WEXITED | os.WNOWAIT)
    return it


@pytest.fixture
def managed() -> Iterator[subprocess.Popen[bytes]]:
    it = dead()
    MANAGED.add(it.pid)
    yield it
    MANAGED.discard(it.pid)
    it.wait()


def forget(*reaped: subprocess.Popen[bytes]) -> None:
    for it in reaped:
        assert state_of(it.pid) == ""
        it.returncode = 0  # or it would complain that it was never waited for


def test_where_nobody_is_dead_there_is_nothing_to_do():
    assert look({}, 0.0) == {}
    alive = subprocess.Popen(["sleep", "1000"])
    assert look({}, 0.0) == {}
    alive.kill()
    alive.wait()


def test_a_managed_child_is_left_to_its_task_for_as_long_as_it_takes(
    managed: subprocess.Popen[bytes],
):
    assert look(look({}, 0.0), 1e9) == {}
    assert state_of(managed.pid) == "Z"
    assert managed.wait() == 0


def test_a_stranger_is_reaped_when_nobody_waited_for_it_for_a_while():
    orphan = dead()
    seen = look({}, 10.0)
    (zombie,) = seen
    assert (zombie.pid, zombie.session, seen[zombie]) == (orphan.pid, orphan.pid, 10.0)
    assert look(seen, 10.0 + GRACE / 2) == seen
    assert state_of(orphan.pid) == "Z"
    assert look(seen, 10.0 + GRACE) == {}
    forget(orphan)


def test_one_of_our_session_is_waited_for_much_longer():
    """As a library's child is whose grandchild holds the pipe that the library reads first."""
    ours = dead(new_session=False)
    seen = look({}, 0.0)
    assert look(seen, OWN_SESSION_GRACE - 1) == seen
    assert look(seen, OWN_SESSION_GRACE) == {}
    forget(ours)


def test_waits_do_not_add_up(managed: subprocess.Popen[bytes]):
    """A peek alone shows one zombie over and over, such as a managed one."""
    orphans = [dead() for _ in range(20)]
    seen = look({}, 0.0)
    assert {zombie.pid for zombie in seen} == {orphan.pid for orphan in orphans}
    assert look(seen, GRACE) == {}
    forget(*orphans)


def test_a_namesake_of_an_earlier_zombie_has_a_wait_of_its_own():
    orphan = dead()
    (zombie,) = look({}, 0.0)
    earlier = {zombie._replace(started=zombie.started - 1): 0.0}
    assert look(earlier, GRACE) == {zombie: GRACE}
    assert look({zombie: 0.0}, GRACE) == {}
    forget(orphan)


def test_one_that_goes_meanwhile_is_no_trouble(monkeypatch: pytest.MonkeyPatch):
    orphan = dead()
    entries = [*procfs.processes()]
    seen = look({}, 0.0)
    orphan.wait()
    gone = [*entries, ("999999999", 1)]  # a number that no process ever has
    monkeypatch.setattr(procfs, "processes", lambda: iter(gone))
    monkeypatch.setattr(reaper, "_anybody_dead", lambda: True)
    assert look(seen, GRACE) == {}
    monkeypatch.setattr(reaper, "_zombies", lambda managed: iter(seen))
    assert look(seen, GRACE) == {}


async def test_it_sleeps_until_somebody_dies(nursery: trio.Nursery):
    looks: list[float] = []

    class Watch(trio.abc.Instrument):
        def before_task_step(self, task: trio.lowlevel.Task) -> None:
            if "reap_orphans" in task.name:
                looks.append(trio.current_time())

    trio.lowlevel.add_instrument(watch := Watch())
    nursery.start_soon(reap_orphans)
    with trio.move_on_after(OWN_SESSION_GRACE / 100):
        await trio.sleep_forever()
    assert len(looks) == 1
    orphan = dead()
    await until(lambda: state_of(orphan.pid) == "")
    assert len(looks) <= 5
    trio.lowlevel.remove_instrument(watch)
    forget(orphan)
    nursery.cancel_scope.cancel()


async def test_when_it_cannot_look_it_looks_again(
    nursery: trio.Nursery, monkeypatch: pytest.MonkeyPatch
):
    def without_descriptors(seen: object, now: float, managed: object) -> dict[Zombie, float]:
        monkeypatch.undo()
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    orphan = dead()
    monkeypatch.setattr(reaper, "look", without_descriptors)
    nursery.start_soon(reap_orphans)
    await until(lambda: state_of(orphan.pid) == "")
    forget(orphan)
    nursery.cancel_scope.cancel()
