"""The commands to one server, one at a time."""

import trio
from trio.testing import wait_all_tasks_blocked

from services.previews.instances import Instances
from supervisor.control import Start, Stop
from supervisor.model import State
from tests.services.previews.fakes import KEY, FakeSupervisor, harness

ID = KEY.preview_id
NAME = f"astro@{ID}"


async def test_an_end_that_nobody_wants_any_more_when_its_turn_comes_is_not_asked_for():
    around = harness()
    supervisor = FakeSupervisor(around)
    instances = Instances(around.context(None).control, around.events)
    supervisor.show(NAME, State.RUNNING, {"port": "1"})
    supervisor.ending = trio.Event()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(around.desk.answer, supervisor.answer)
        async with trio.open_nursery() as asking:
            wanted = True
            asking.start_soon(instances.stop, ID, lambda: True)
            await wait_all_tasks_blocked()
            asking.start_soon(lambda: instances.run(ID, {"port": "2"}, fresh=False))
            await wait_all_tasks_blocked()
            asking.start_soon(instances.stop, ID, lambda: wanted)
            await wait_all_tasks_blocked()
            wanted = False
            supervisor.ending.set()
        nursery.cancel_scope.cancel()
    assert supervisor.asked == [Stop(NAME), Start(NAME, {"port": "2"})]
    assert around.events.get(NAME).state is State.RUNNING
