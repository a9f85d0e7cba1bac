"""What reaches the process of a service, and what a life tells of itself."""

import signal

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from supervisor.control import Signal, Specs, Stop, Write
from supervisor.desk import Refused
from supervisor.model import State
from tests.supervisor.fakes import steady, task, template


class Process:
    """A process that remembers what reached it."""

    pid = 4711

    def __init__(self):
        self.signals = []
        self.written = b""

    def signal(self, signum):
        self.signals.append(signum)

    async def write(self, data):
        await trio.lowlevel.checkpoint()
        self.written += data


def living(process, *tells):
    """A life that has this process, and tells these things when it is ready."""

    async def body(life, *, task_status):
        life.tell.tell_process(process)
        task_status.started()
        for tell in tells:
            tell(life.tell)
        await life.stopping.wait()
        life.tell.tell_end(3, 0.25)

    return body


async def test_a_signal_reaches_the_process(supervise):
    process = Process()
    world = await supervise((task("a"), living(process)))
    await world.ask(Signal("a", signal.SIGUSR1))
    assert process.signals == [signal.SIGUSR1]


async def test_what_is_written_reaches_its_stdin(supervise):
    process = Process()
    world = await supervise((task("a"), living(process)))
    await world.ask(Write("a", b"yes\n"))
    assert process.written == b"yes\n"


@pytest.mark.parametrize("request_", [Signal("a", signal.SIGHUP), Write("a", b"")])
async def test_nothing_reaches_one_that_has_none(supervise, request_):
    world = await supervise((task("a"), living(Process())))
    await world.ask(Stop("a"))
    with pytest.raises(Refused, match="cannot reach a process of a: it is STOPPED"):
        await world.ask(request_)


@pytest.mark.parametrize("request_", [Signal("a", signal.SIGHUP), Write("a", b"")])
async def test_nor_does_anything_reach_a_life_without_one(supervise, request_):
    world = await supervise((task("a"), steady()))
    with pytest.raises(Refused, match="cannot reach a process of a: it is RUNNING"):
        await world.ask(request_)


async def test_a_process_that_is_gone_is_not_reached_though_its_life_goes_on(supervise):
    async def tidies_up(life, *, task_status):
        life.tell.tell_process(process)
        task_status.started()
        life.tell.tell_end(0, 0.0)
        await trio.sleep_forever()

    process = Process()
    world = await supervise((task("a"), tidies_up))
    with pytest.raises(Refused, match="cannot reach a process of a: it is RUNNING"):
        await world.ask(Signal("a", signal.SIGUSR1))
    assert process.signals == []


async def test_its_process_is_in_its_status_by_its_pid(supervise):
    world = await supervise((task("a"), living(Process())))
    assert world["a"].pid == 4711


async def test_what_it_tells_is_in_its_status_and_the_rest_of_its_life(autojump_clock, supervise):
    world = await supervise(
        (task("a"), living(Process(), lambda t: t.tell_pid(4712), lambda t: t.tell_note("busy")))
    )
    await wait_all_tasks_blocked()
    assert (world["a"].pid, world["a"].note) == (4712, "busy")
    await world.ask(Stop("a"))
    status = world["a"]
    assert (status.pid, status.note, status.exit_code, status.gone_after) == (None, "", 3, 0.25)
    assert status.started <= status.ended


async def test_it_takes_longer_when_it_asks_for_more_time(autojump_clock, supervise):
    async def slow(life, *, task_status):
        life.tell.extend(20.0)
        await trio.sleep(15)
        task_status.started()
        await life.stopping.wait()
        life.tell.extend(9.0)
        await trio.sleep(8)

    world = await supervise((task("a", start_timeout=10.0, stop_timeout=2.0), slow))
    await world.until("a", State.RUNNING)
    assert world["a"].ready_after == 15
    began = trio.current_time()
    assert (await world.ask(Stop("a"))).reason == ""
    assert trio.current_time() - began == 8


async def test_asking_for_less_than_it_has_it_loses_nothing(autojump_clock, supervise):
    async def modest(life, *, task_status):
        life.tell.extend(1.0)
        await trio.sleep(5)
        task_status.started()
        await life.stopping.wait()
        life.tell.extend(1.0)
        await trio.sleep(5)

    world = await supervise((task("a", start_timeout=10.0, stop_timeout=10.0), modest))
    await world.until("a", State.RUNNING)
    began = trio.current_time()
    await world.ask(Stop("a"))
    assert trio.current_time() - began == 5


async def test_but_never_longer_than_the_deadline_for_all(autojump_clock, supervise):
    async def deaf(life, *, task_status):
        task_status.started()
        await life.stopping.wait()
        while True:
            life.tell.extend(60.0)
            await trio.sleep(1)

    world = await supervise((task("a", stop_timeout=2.0), deaf), shutdown_timeout=5.0)
    began = trio.current_time()
    world.supervisor.end("done")
    await world.until("a", State.STOPPED)
    assert trio.current_time() - began == 5


async def test_what_is_declared_can_be_asked_for(supervise):
    one, many = task("a", stop_timeout=7.0), template("t@")
    world = await supervise((one, steady()), templates=[many])
    assert await world.ask(Specs()) == (one, many)


async def test_a_life_that_breaks_off_leaves_no_process_to_reach(autojump_clock, supervise):
    async def broken(life, *, task_status):
        life.tell.tell_process(Process())
        task_status.started()
        await trio.sleep(1)
        raise ValueError("boom")

    world = await supervise((task("a"), broken))
    await world.until("a", State.BACKOFF)
    with pytest.raises(Refused, match="cannot reach a process of a: it is BACKOFF"):
        await world.ask(Signal("a", signal.SIGUSR1))


async def test_a_stop_between_two_lives_is_not_when_the_last_one_ended(
    autojump_clock, supervise, monkeypatch
):
    async def broken(life, *, task_status):
        task_status.started()
        raise ValueError("boom")

    world = await supervise((task("a"), broken))
    await world.until("a", State.BACKOFF)
    before = world["a"]
    monkeypatch.setattr("supervisor.standing.time.time", lambda: before.ended + 100)
    after = await world.ask(Stop("a"))
    assert (after.ended, after.since) == (before.ended, before.ended + 100)


async def test_told_to_go_now_it_gets_no_more_time(autojump_clock, supervise):
    world = await supervise((task("a", stop_timeout=9.0), steady(wind_down=9.0)))
    runner = world.supervisor.tree.roster["a"]
    runner.stop(grace=0)
    runner.extend(5.0)
    began = trio.current_time()
    await runner.settled()
    assert trio.current_time() == began
