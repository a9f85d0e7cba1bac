"""What else a status says."""

import pytest
import trio

from supervisor.failure import Failed
from supervisor.model import State
from tests.supervisor.runner.lives import breaks, until, waits

pytestmark = pytest.mark.usefixtures("quiet")


async def test_before_its_first_life_a_status_says_what_is_declared(
    autojump_clock, start, monkeypatch
):
    monkeypatch.setattr("supervisor.standing.time.time", lambda: 1700.0)
    runner = await start(waits, wanted=False, essential=True)
    (status,) = runner.told
    assert (status.name, status.kind, status.essential) == ("a", "task", True)
    assert (status.since, status.started, status.ended) == (1700.0, None, None)


async def test_health_is_reported_of_a_running_life_and_forgotten_with_it(autojump_clock, start):
    runner = await start(waits)
    assert runner.status.value.healthy is None
    runner.report(False, "live: 500")
    assert (runner.status.value.healthy, runner.status.value.reason) == (False, "live: 500")
    runner.restart()
    runner.report(True)
    assert runner.status.value.healthy is None
    assert (await runner.settled()).healthy is None


async def test_a_pid_is_known_as_long_as_its_life(autojump_clock, start):
    async def with_pid(stopping, *, task_status):
        runner.tell_pid(42)
        task_status.started()
        await stopping.wait()
        await trio.sleep(1)

    runner = await start(with_pid, wanted=False, stop_timeout=5.0)
    runner.start()
    assert (await runner.settled()).pid == 42
    runner.stop()
    assert runner.status.value.pid == 42
    assert (await runner.settled()).pid is None


async def test_how_a_life_began_and_ended_is_forgotten_with_the_next(autojump_clock, start):
    async def ends_at_first(stopping, *, task_status):
        if runner.status.value.restarts == 0:
            await trio.sleep(2)
            task_status.started()
            await trio.sleep(1)
            runner.tell_end(3, 0.25)
            raise Failed("exited with 3")
        await trio.sleep_forever()

    def told():
        status = runner.status.value
        return (status.ready_after, status.exit_code, status.gone_after, status.ended is None)

    runner = await start(ends_at_first, wanted=False)
    runner.start()
    await until(runner, State.BACKOFF)
    assert told() == (2, 3, 0.25, False)
    await until(runner, State.STARTING)
    assert told() == (None, None, None, True)


async def test_the_next_restart_is_told_while_it_is_waited_for(autojump_clock, start):
    runner = await start(breaks)
    await until(runner, State.BACKOFF)
    status = runner.status.value
    assert status.next_restart - status.since == pytest.approx(1.0, abs=0.1)
    await until(runner, State.STARTING)
    assert runner.status.value.next_restart is None
