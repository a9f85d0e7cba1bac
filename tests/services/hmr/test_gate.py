from contextlib import closing

import pytest
import trio

from services.hmr.gate import Visit
from services.hmr.pool import Pool
from services.hmr.switchboard import Switchboard
from services.hmr.waking import Waker
from services.messages import Preview, PreviewState, Routes
from supervisor.cell import Cell
from supervisor.desk import Gone, NotFound
from tests.ports import free_port
from tests.services.hmr.doors import KEY, answer, routes, upstream

READY, ASLEEP, STARTING = PreviewState.READY, PreviewState.ASLEEP, PreviewState.STARTING


class Refusing:
    """Ports at which nobody listens; `tried` is when."""

    def __init__(self):
        self.tried = []

    async def dial(self, port):
        self.tried.append(trio.current_time())


class Manager:
    """Is asked to wake previews; answers when `go` is set, with what `does` returns or raises."""

    def __init__(self, does=lambda wanted: None):
        self.asked = []
        self.go = trio.Event()
        self.go.set()
        self._does = does

    async def __call__(self, wanted):
        self.asked.append(wanted)
        await self.go.wait()
        return self._does(wanted)


def board(value):
    return Cell[Routes | None](value)


def unknown(wanted):
    raise NotFound("no such thread")


async def visit(cell, nursery, *, asked=None, manager=None, pool=None, **how):
    """The visit, when its wait is over."""
    waker = Waker(manager or Manager(unknown), nursery)
    it = Visit(cell, pool or Refusing(), waker, asked, **{"hold": 20, **how})
    assert await it.connect() is None
    return it


@pytest.mark.parametrize("value", [None, Routes({}), routes(PreviewState.FAILED)])
async def test_what_will_not_come_is_not_waited_for(value, autojump_clock, nursery):
    began = trio.current_time()
    await visit(board(value), nursery)
    assert trio.current_time() == began


@pytest.mark.parametrize(
    ("state", "waits", "lasts"),
    [
        (PreviewState.STARTING, False, 20),
        (PreviewState.STARTING, True, 20),
        (PreviewState.INSTALLING, True, 20),
        (PreviewState.INSTALLING, False, 0),
    ],
)
async def test_patience_ends(state, waits, lasts, autojump_clock, nursery):
    began = trio.current_time()
    await visit(board(routes(state)), nursery, wait_for_install=waits)
    assert trio.current_time() - began == pytest.approx(lasts)


async def test_a_refused_connection_is_tried_again_but_not_in_a_tight_loop(autojump_clock, nursery):
    pool = Refusing()
    await visit(board(routes(READY)), nursery, pool=pool)
    assert 20 <= len(pool.tried) <= 50
    assert pool.tried[1] - pool.tried[0] < 0.1


async def test_a_sleeping_preview_is_woken_once_however_many_want_it(autojump_clock, nursery):
    cell, manager = board(routes(ASLEEP)), Manager()
    manager.go = trio.Event()
    waker = Waker(manager, nursery)
    async with trio.open_nursery() as visits:
        for _ in range(1000):
            visits.start_soon(Visit(cell, Refusing(), waker, KEY.preview_id, hold=20).connect)
        await trio.testing.wait_all_tasks_blocked()
        assert manager.asked == [KEY.preview_id]
        cell.set(routes(STARTING))
        manager.go.set()
        await trio.testing.wait_all_tasks_blocked()
        cell.set(routes(PreviewState.FAILED))
    assert manager.asked == [KEY.preview_id]


async def test_who_may_not_wake_leaves_a_sleeping_preview_alone(autojump_clock, nursery):
    manager = Manager()
    began = trio.current_time()
    it = await visit(board(routes(ASLEEP)), nursery, manager=manager, wake=False)
    assert it.preview.state is ASLEEP
    assert manager.asked == []
    assert trio.current_time() == began


@pytest.mark.parametrize("asked", [None, "home-0123abcd4567ef89"])
async def test_a_preview_that_is_not_on_the_board_is_asked_for(asked, autojump_clock, nursery):
    cell = board(None)

    def show(wanted):
        preview = Preview(asked or "any-0123abcd4567ef89", KEY, PreviewState.FAILED, 1)
        cell.set(Routes({preview.id: preview}, default=preview.id))

    manager = Manager(show)
    it = await visit(cell, nursery, asked=asked, manager=manager)
    assert manager.asked == [asked]
    assert it.preview.state is PreviewState.FAILED
    assert it.refusal is None


@pytest.mark.parametrize("error", [NotFound("no such thread"), Gone("previews ended")])
async def test_a_refusal_to_wake_is_kept_for_the_page(error, autojump_clock, nursery):
    def refuse(wanted):
        raise error

    it = await visit(board(None), nursery, manager=Manager(refuse))
    assert it.refusal is error
    assert it.preview is None


async def test_a_manager_that_never_answers_is_not_waited_for_for_ever(autojump_clock, nursery):
    manager = Manager()
    manager.go = trio.Event()
    began = trio.current_time()
    await visit(board(None), nursery, manager=manager)
    assert trio.current_time() - began == pytest.approx(20)


async def test_what_keeps_falling_asleep_is_not_woken_for_ever(autojump_clock, nursery):
    cell = board(routes(ASLEEP))

    def doze(wanted):
        cell.set(routes(STARTING))
        nursery.start_soon(sleep_again)

    async def sleep_again():
        await trio.sleep(1)
        cell.set(routes(ASLEEP))

    manager = Manager(doze)
    await visit(cell, nursery, manager=manager)
    assert len(manager.asked) == 2


@pytest.fixture
async def pool(nursery):
    with closing(Switchboard()) as board, closing(Pool(board)) as made:
        nursery.start_soon(board.run)
        yield made


@pytest.mark.parametrize("first", [STARTING, READY])
async def test_news_wakes_whoever_waits_and_a_new_port_is_found(first, pool, nursery):
    async with upstream(answer()) as port:
        cell = board(routes(first, free_port()))
        waiting = Visit(cell, pool, Waker(Manager(), nursery), None, hold=20)
        async with trio.open_nursery() as visits:

            async def connect():
                wire = await waiting.connect()
                assert wire is not None
                wire.close()

            visits.start_soon(connect)
            await trio.testing.wait_all_tasks_blocked(0.01)
            cell.set(routes(READY, port))


async def test_a_ready_preview_is_tried_even_without_patience(pool, nursery):
    async with upstream(answer()) as port:
        cell = board(routes(READY, port))
        wire = await Visit(cell, pool, Waker(Manager(), nursery), None, hold=0).connect()
        assert wire is not None
        wire.close()
