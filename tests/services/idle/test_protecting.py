"""When ECS is asked to leave the task alone, and what becomes of refusals. On fake time."""

import pytest
import trio
from structlog.testing import capture_logs

from services.idle import protecting
from services.messages import Turns
from supervisor.cell import Cell
from supervisor.desk import NotFound, Refused


class Agent:
    """Notes what it is asked; `refusals` are raised one after the other, `takes` is seconds."""

    def __init__(self):
        self.turns = Cell(None)
        self.asked = []
        self.refusals = []
        self.takes = 0.0
        self.returned = trio.Event()

    async def protect(self, minutes):
        self.asked.append((trio.current_time(), minutes))
        await trio.sleep(self.takes)
        if self.refusals:
            raise self.refusals.pop(0)

    async def run(self):
        await protecting.keep(self.turns, self.protect)
        self.returned.set()

    def run_turns(self, *running):
        self.turns.set(Turns(frozenset(running)))

    @property
    def minutes(self):
        return [minutes for _, minutes in self.asked]


@pytest.fixture
def agent(nursery):
    agent = Agent()
    nursery.start_soon(agent.run)
    return agent


async def test_from_the_first_turn_to_the_end_of_the_last(agent, autojump_clock):
    await trio.sleep(100)
    agent.run_turns()
    await trio.sleep(100)
    assert agent.asked == []
    agent.run_turns("a:1")
    await trio.sleep(10)
    agent.run_turns("a:1", "b:2")
    await trio.sleep(10)
    agent.run_turns("b:2")
    await trio.sleep(10)
    assert agent.minutes == [15]
    agent.run_turns()
    await trio.sleep(1000)
    assert agent.asked == [(200, 15), (230, 0)]
    agent.run_turns("a:3")
    await trio.sleep(1)
    assert agent.minutes == [15, 0, 15]


async def test_while_turns_run_it_is_renewed_in_time(agent, autojump_clock):
    agent.run_turns("a:1")
    await trio.sleep(901)
    assert agent.asked == [(0, 15), (300, 15), (600, 15), (900, 15)]
    agent.run_turns()
    await trio.sleep(1)
    assert agent.minutes[-1] == 0


async def test_a_failure_is_logged_once_and_tried_again(agent, autojump_clock):
    agent.refusals = [Refused("cannot protect the task: ThrottlingException")] * 3
    with capture_logs() as logs:
        agent.run_turns("a:1")
        await trio.sleep(100)
    assert agent.asked == [(0, 15), (30, 15), (60, 15), (90, 15)]
    assert [entry["event"] for entry in logs] == ["task is not protected"]
    agent.refusals = [Refused("again")]
    with capture_logs() as logs:
        await trio.sleep(300)
    assert len(logs) == 1  # it had been well between


async def test_an_end_that_is_refused_is_tried_again(agent, autojump_clock):
    agent.run_turns("a:1")
    await trio.sleep(1)
    agent.refusals = [Refused("not now")] * 2
    agent.run_turns()
    await trio.sleep(2000)
    assert agent.minutes == [15, 0, 0, 0]


async def test_an_end_that_is_always_refused_comes_by_itself(agent, autojump_clock):
    agent.run_turns("a:1")
    await trio.sleep(1)
    agent.refusals = [Refused("never")] * 1000
    agent.run_turns()
    await trio.sleep(10_000)
    assert max(when for when, _ in agent.asked) < 900


async def test_a_turn_that_begins_while_the_end_is_refused_is_protected(agent, autojump_clock):
    agent.run_turns("a:1")
    await trio.sleep(1)
    agent.refusals = [Refused("not now")]
    agent.run_turns()
    await trio.sleep(10)
    agent.run_turns("a:2")
    await trio.sleep(1)
    assert agent.asked == [(0, 15), (1, 0), (11, 15)]


async def test_a_turn_that_is_over_before_ecs_has_answered_leaves_nothing(agent, autojump_clock):
    agent.takes = 5
    agent.run_turns("a:1")
    await trio.sleep(1)
    agent.run_turns()
    await trio.sleep(100)
    assert agent.minutes == [15, 0]


@pytest.mark.parametrize("at", [0, 1])
async def test_a_task_of_no_service_is_not_asked_for_again(agent, autojump_clock, at):
    if at == 0:
        agent.refusals = [NotFound("cannot protect the task: TASK_NOT_VALID")]
    agent.run_turns("a:1")
    await trio.sleep(1)
    if at == 1:
        agent.refusals = [NotFound("cannot protect the task: TASK_NOT_VALID")]
    agent.run_turns()
    await trio.sleep(1)
    agent.run_turns("a:2")
    await trio.sleep(1000)
    assert agent.minutes == ([15] if at == 0 else [15, 0])
    assert agent.returned.is_set()
