"""What runners report, on the board and for the threads."""

from __future__ import annotations

import structlog
import trio
from trio.testing import wait_all_tasks_blocked

from services.messages import Preview, PreviewBroken, PreviewState, PreviewUpdated
from services.previews.board import Board
from services.previews.hearing import hear
from supervisor.model import Report
from supervisor.spec import TaskSpec
from tests.harness import Harness
from tests.services.previews.fakes import KEY


class World:
    def __init__(self, nursery: trio.Nursery) -> None:
        spec = TaskSpec(name="p", run="p:p", receives=("runner",), sends=("preview_events",))
        self.harness = Harness(spec)
        self.board = Board(lambda routes: None)
        self.board.begin({KEY.preview_id: Preview(KEY.preview_id, KEY, PreviewState.READY, 1)}, "")
        self.used: list[str] = []
        nursery.start_soon(hear, self.harness.context(None), self.board, self.used.append)

    async def report(self, event: str, service: str = f"astro@{KEY.preview_id}", **facts: object):
        send, _ = self.harness.channels.streams["runner"]
        await send.send(Report(service, {"event": event, **facts}))
        await wait_all_tasks_blocked()

    @property
    def preview(self) -> Preview:
        return self.board.previews[KEY.preview_id]

    def told(self) -> list[object]:
        _, receive = self.harness.channels.streams["preview_events"]
        waiting = receive.statistics().current_buffer_used
        return [receive.receive_nowait() for _ in range(waiting)]


async def test_a_mistake_and_its_end_are_shown_and_told(nursery):
    world = World(nursery)
    await world.report("astro.error", message="no", file="a.astro", line=3)
    error = world.preview.error
    assert error is not None
    assert str(error) == "no (a.astro:3)"
    await world.report("astro.fixed")
    assert world.preview.error is None
    assert world.told() == [PreviewBroken(KEY, error), PreviewBroken(KEY, None)]
    nursery.cancel_scope.cancel()


async def test_an_edit_that_a_browser_sees_is_a_use(nursery):
    world = World(nursery)
    await world.report("astro.hmr", type="update", paths=["a"])
    assert world.used == []
    await world.report("astro.clients", count=1)
    await world.report("astro.hmr", type="update", paths=["b"])
    assert world.used == [KEY.preview_id]
    assert world.told() == [PreviewUpdated(KEY, "update", (p,)) for p in "ab"]
    nursery.cancel_scope.cancel()


async def test_strangers_and_garbage_are_nothing(nursery):
    world = World(nursery)
    before = world.board.previews
    await world.report("astro.error", service="astro@other", message="no")
    await world.report("astro.error", service="other", message="no")
    await world.report("astro.error", message=5)
    assert world.board.previews == before
    assert world.told() == []
    nursery.cancel_scope.cancel()


async def test_nobody_waits_for_whoever_should_take_the_events(nursery):
    world = World(nursery)
    with structlog.testing.capture_logs() as logs:
        for number in range(300):
            await world.report("astro.hmr", type="update", paths=[str(number)])
    assert len(world.told()) == 256
    assert [entry["event"] for entry in logs] == ["preview event lost"] * 44
    nursery.cancel_scope.cancel()
