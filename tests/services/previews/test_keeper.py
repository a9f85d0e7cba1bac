from dataclasses import dataclass, field, replace

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from services.previews.budget import Limits, Live
from services.previews.keeper import EVERY, Keeper

MIB = 1 << 20


@dataclass
class World:
    """Servers that a test adds, and when what became of them."""

    live: dict[str, Live] = field(default_factory=dict)
    grown: dict[str, int] = field(default_factory=dict)
    slept: list[tuple[str, float]] = field(default_factory=list)
    measured: list[float] = field(default_factory=list)

    def keeper(self, **limits):
        given = Limits(**{"memory": 1000 * MIB, "most": 8, "sleep_after": 300.0, **limits})
        return Keeper(given, lambda: [*self.live.values()], self.measure, self.sleep)

    def add(self, name, **known):
        self.live[name] = Live(name, **{"used": trio.current_time(), **known})

    async def measure(self):
        self.measured.append(trio.current_time())
        await trio.lowlevel.checkpoint()
        for name, size in self.grown.items():
            self.live[name] = replace(self.live[name], memory=size)

    def sleep(self, name, reason):
        assert reason
        del self.live[name]
        self.slept.append((name, trio.current_time()))


@pytest.fixture
def world():
    return World()


async def test_one_sleeps_when_nobody_used_it_for_so_long(world, autojump_clock, nursery):
    world.add("a")
    nursery.start_soon(world.keeper(sleep_after=42.0).run)
    await trio.sleep(41.9)
    assert world.slept == []
    await trio.sleep(0.2)
    assert world.slept == [("a", pytest.approx(42.0))]


async def test_use_puts_it_off_and_whoever_is_busy_does_not_sleep(world, autojump_clock, nursery):
    world.add("a")
    world.add("busy", busy=True)
    keeper = world.keeper(sleep_after=60.0)
    nursery.start_soon(keeper.run)
    await trio.sleep(50)
    world.add("a")
    keeper.look()
    await trio.sleep(59)
    assert world.slept == []
    await trio.sleep(2)
    assert [name for name, _ in world.slept] == ["a"]
    await trio.sleep(1000)
    assert list(world.live) == ["busy"]
    world.add("busy", busy=False)
    keeper.look()
    await trio.sleep(61)
    assert not world.live


async def test_zero_seconds_are_never(world, autojump_clock, nursery):
    world.add("a")
    nursery.start_soon(world.keeper(sleep_after=0).run)
    await trio.sleep(3_000)
    assert world.slept == []


async def test_growing_over_the_limit_ends_the_longest_unused(world, autojump_clock, nursery):
    for name in ("a", "b", "c"):
        world.add(name)
        await trio.sleep(1)
    world.grown = {"a": 300 * MIB, "b": 300 * MIB, "c": 300 * MIB}
    nursery.start_soon(world.keeper(sleep_after=0).run)
    await wait_all_tasks_blocked()
    assert world.slept == []
    world.grown = {"a": 300 * MIB, "b": 300 * MIB, "c": 500 * MIB}
    await trio.sleep(EVERY + 1)
    assert [name for name, _ in world.slept] == ["a"]


async def test_it_measures_only_while_there_is_something_to_measure(world, autojump_clock, nursery):
    keeper = world.keeper(sleep_after=25.0)
    nursery.start_soon(keeper.run)
    await trio.sleep(1000)
    assert world.measured == []
    world.add("a")
    begun = trio.current_time()
    keeper.look()
    await trio.sleep(1000)
    assert world.measured == [begun, begun + EVERY, begun + 2 * EVERY]


async def test_being_told_often_does_not_measure_more_often(world, autojump_clock, nursery):
    keeper = world.keeper()
    world.add("a")
    nursery.start_soon(keeper.run)
    for _ in range(10):
        await wait_all_tasks_blocked()
        keeper.look()
    assert len(world.measured) == 1


async def test_one_more_needs_room_beside_the_others_and_not_beside_itself(world):
    keeper = world.keeper(most=2)
    world.add("a", used=1)
    world.add("b", used=2)
    assert keeper.too_many("c") == ["a"]
    assert keeper.too_many("a") == []
