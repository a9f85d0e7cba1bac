"""A runner that runs, for the tests of its lives."""

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from supervisor.runner import Runner
from supervisor.spec import Restart
from tests.supervisor.fakes import lose_patience, task
from tests.supervisor.runner.lives import WAITS


@pytest.fixture
def start(nursery):
    """A runner that runs, wanted up; `told` is all that it announced."""

    async def start(live, *, wanted=True, gate=None, **fields):
        await trio.sleep(100)  # or a moment could pass for a time since then: the clock is at 0
        told = []
        gates = {} if gate is None else {"gate": gate}
        spec = task("a", **{"backoff": WAITS, "restart": Restart.ON_FAILURE} | fields)
        runner = Runner(spec, live, told.append, chance=lambda: 0.0, **gates)
        runner.told = told
        runner.began = trio.current_time()
        nursery.start_soon(lose_patience)
        nursery.start_soon(runner.run)
        if wanted:
            runner.start()
        await wait_all_tasks_blocked()
        return runner

    return start
