"""Who is at work with a preview."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import trio
from trio.testing import wait_all_tasks_blocked

from services.messages import Preview, PreviewState, Turns
from services.previews import Options
from services.previews.attention import Attention
from services.previews.budget import Limits
from tests.services.previews.fakes import KEY, harness


@dataclass
class OneServer:
    """What `Attention` knows of the servers: one runs."""

    slept: list[str] = field(default_factory=list)

    def __post_init__(self):
        one = Preview(KEY.preview_id, KEY, PreviewState.READY, 20_000)
        self.board = SimpleNamespace(previews={one.id: one})

    def is_up(self, preview):
        return True

    def is_working(self, preview_id):
        return False

    def pid(self, preview_id):
        return None

    def sleep(self, preview_id, reason):
        self.slept.append(preview_id)

    async def until_stopped(self):
        await trio.lowlevel.checkpoint()


async def test_in_the_moment_in_which_its_turn_ends_it_is_still_at_work(nursery):
    world = harness()
    turns = world.channels.boards["turns"]
    turns.set(Turns(frozenset({f"{KEY}:t1"})))
    servers = OneServer()
    attention = Attention(world.context(Options()), servers, Limits(1 << 40, 1, 60.0))
    nursery.start_soon(attention.run)
    await wait_all_tasks_blocked()
    turns.set(Turns())
    await servers.make_room("another")  # before anybody else has heard of it
    assert servers.slept == []
    await wait_all_tasks_blocked()
    await servers.make_room("another")
    assert servers.slept == [KEY.preview_id]
