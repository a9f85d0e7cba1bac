"""The service as a whole, with a real receiver and an agent that a test plays."""

import json
import stat
import time
from contextlib import asynccontextmanager

import pytest
import trio

from services.messages import Blocked, Delivery, Ending, FindTurn, ListHooks, TryHook
from services.webhooks import Options, retrying, serve
from services.webhooks.hook import Hook
from supervisor.desk import NotFound
from tests.harness import Harness, shipped
from tests.services.posting.receiver import SECRET, answer, receiving
from tests.services.webhooks.test_following import TURN, World
from tests.services.webhooks.test_following import event as event_of
from tests.supervisor.real import until


def event(stamp):
    return event_of(stamp, time=time.time())


SPEC = shipped("webhooks")


class Life:
    """One life of the service, which runs in `nursery` with the agent of `world`."""

    def __init__(self, nursery, tmp_path, world, *ports, **hook):
        self.harness = Harness(SPEC)
        self.nursery = nursery
        self.world = world
        self.state = tmp_path / "state.json"
        self.options = Options(
            state=str(self.state),
            hooks=tuple(Hook(f"http://127.0.0.1:{port}/in", (SECRET,), **hook) for port in ports),
        )

    async def ask(self, request):
        return await self.harness.channels.desks["webhooks"].ask(request)

    async def stop(self):
        """Ask it to stop, and wait until it has: the agent alone is left."""
        self.harness.stopping.set()
        await until(lambda: len(self.nursery.child_tasks) == 1)


@asynccontextmanager
async def life(tmp_path, world, *ports):
    async with trio.open_nursery() as nursery:
        life = Life(nursery, tmp_path, world, *ports)
        nursery.start_soon(life.harness.channels.desks["agent"].answer, world.ask)
        await nursery.start(serve, life.harness.context(life.options))
        yield life
        nursery.cancel_scope.cancel()


async def test_what_happens_arrives_signed_and_is_done_with(tmp_path, monkeypatch):
    monkeypatch.setattr(retrying, "FIRST", 0.01)
    world = World()
    async with (
        receiving(answer(500), answer(503)) as receiver,
        life(tmp_path, world, receiver.port) as running,
    ):
        await until(lambda: running.state.exists())
        world.add(event(5), event(6))
        await receiver.wait_for(4)
        await until(lambda: json.loads(running.state.read_text()) == {hook_id(running): 6})
    assert [one.id for one in receiver.received] == ["msg_5", "msg_5", "msg_5", "msg_6"]
    assert all(one.is_signed() for one in receiver.received)
    assert receiver.received[0].event["data"]["turn"]["commit"] == TURN.commit
    assert stat.S_IMODE(running.state.stat().st_mode) == 0o600


async def test_one_that_is_dead_holds_up_no_other(tmp_path):
    world = World()
    async with (
        receiving(None) as dead,
        receiving() as receiver,
        life(tmp_path, world, dead.port, receiver.port) as running,
    ):
        await until(lambda: running.state.exists())
        world.add(event(5), event(6))
        await dead.wait_for(1)
        states = await running.ask(ListHooks())
        with trio.fail_after(60):  # it is counted after the receiver has it
            while states[1].delivered < 2 or states[1].pending is not None:
                await trio.sleep(0.01)
                states = await running.ask(ListHooks())
    assert [state.pending for state in states] == ["turn.finished", None]
    assert [state.delivered for state in states] == [0, 2]
    assert [state.host for state in states] == [f"127.0.0.1:{one.port}" for one in (dead, receiver)]


async def test_what_was_not_delivered_is_delivered_by_the_next_life(tmp_path, monkeypatch):
    monkeypatch.setattr(retrying, "FIRST", 60.0)  # this one tries no more
    world = World()
    async with (
        receiving(answer(500)) as receiver,
        life(tmp_path, world, receiver.port) as running,
    ):
        await until(lambda: running.state.exists())
        world.add(event(5))
        await receiver.wait_for(1)
        async with life(tmp_path, world, receiver.port):
            await receiver.wait_for(2)
    assert [one.id for one in receiver.received] == ["msg_5", "msg_5"]


@pytest.fixture
def patience(monkeypatch):
    """For a busy disk: what is to be sent is written down first."""
    monkeypatch.setattr("services.webhooks.service.LAST", 60)


@pytest.mark.usefixtures("patience")
async def test_a_container_that_ends_says_so_before_it_does(tmp_path):
    async with receiving() as receiver, life(tmp_path, World(), receiver.port) as running:
        send = running.harness.channels.streams["endings"][0]
        send.send_nowait(Ending("idle for 5 minutes", 1.0))
        await running.stop()
    [received] = receiver.received
    assert received.is_signed()
    assert received.event["type"] == "idle.stop"


@pytest.mark.usefixtures("patience")
async def test_a_container_that_cannot_end_says_so_at_once(tmp_path):
    async with receiving() as receiver, life(tmp_path, World(), receiver.port) as running:
        send = running.harness.channels.streams["endings"][0]
        send.send_nowait(Blocked("cannot set the service to 0: AccessDenied", 1.0))
        await receiver.wait_for(1)
        [received] = receiver.received
        assert received.is_signed()
        assert received.event["type"] == "idle.blocked"
        assert received.event["data"] == {
            "reason": "cannot set the service to 0: AccessDenied",
            "since": "1970-01-01T00:00:01Z",
        }
        send.send_nowait(Ending("idle for 5 minutes", 1.0))
        await running.stop()
    assert [one.event["type"] for one in receiver.received] == ["idle.blocked", "idle.stop"]


async def test_a_receiver_that_hangs_keeps_no_container_alive(tmp_path, monkeypatch):
    monkeypatch.setattr("services.webhooks.service.LAST", 0.2)
    async with (
        receiving(None) as receiver,
        life(tmp_path, World(), receiver.port) as running,
    ):
        running.harness.channels.streams["endings"][0].send_nowait(Ending("idle", 1.0))
        await running.stop()


async def test_without_hooks_nothing_is_read_or_written(tmp_path):
    world = World()
    async with life(tmp_path, world) as running:
        world.add(event(1))
        assert await running.ask(ListHooks()) == ()
        await running.stop()
    assert world.asked == []
    assert not running.state.exists()


async def test_a_person_tries_one(tmp_path):
    async with (
        receiving(answer(401)) as receiver,
        life(tmp_path, World(), receiver.port) as running,
    ):
        refused = await running.ask(TryHook(1))
        taken = await running.ask(TryHook(1))
        with pytest.raises(NotFound, match="cannot find hook 2: there are 1"):
            await running.ask(TryHook(2))
    assert (refused.status, refused.error) == (401, "it answered 401")
    assert (taken.status, taken.error) == (204, None)
    assert isinstance(taken, Delivery)
    assert [one.event["type"] for one in receiver.received] == ["test", "test"]
    assert receiver.received[0].id != receiver.received[1].id


async def test_a_state_that_cannot_be_written_is_said_and_delivers_all_the_same(tmp_path):
    world = World()
    async with receiving() as receiver, life(tmp_path, world, receiver.port) as running:
        await until(lambda: running.state.exists())
        running.state.unlink()
        running.state.mkdir()
        world.add(event(5))
        await receiver.wait_for(1)
        world.add(event(6))
        await receiver.wait_for(2)
    assert FindTurn in {type(request) for request in world.asked}


def hook_id(running):
    return running.options.hooks[0].id
