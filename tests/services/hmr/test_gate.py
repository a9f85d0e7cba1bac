import pytest
import trio

from services.hmr.gate import Visit
from services.messages import PreviewState, Routes
from supervisor.cell import Cell
from tests.services.hmr.doors import answer, free_port, routes, upstream


def board(value):
    return Cell[Routes | None](value)


@pytest.mark.parametrize("value", [None, Routes({}), routes(PreviewState.FAILED)])
async def test_what_will_not_come_is_not_waited_for(value, autojump_clock):
    began = trio.current_time()
    assert await Visit(board(value), "localhost", hold=20).connect() is None
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
async def test_patience_ends(state, waits, lasts, autojump_clock):
    began = trio.current_time()
    visit = Visit(board(routes(state)), "localhost", hold=20, wait_for_install=waits)
    assert await visit.connect() is None
    assert trio.current_time() - began == pytest.approx(lasts)


async def test_a_refused_connection_is_tried_again_but_not_in_a_tight_loop(
    autojump_clock, monkeypatch
):
    tries = []

    async def refuse(port):
        tries.append(trio.current_time())

    monkeypatch.setattr("services.hmr.gate._dial", refuse)
    visit = Visit(board(routes(PreviewState.READY)), "localhost", hold=20)
    assert await visit.connect() is None
    assert 20 <= len(tries) <= 50
    assert tries[1] - tries[0] < 0.1


async def test_news_wakes_whoever_waits():
    async with upstream(answer()) as port:
        cell = board(routes(PreviewState.STARTING, port))
        async with trio.open_nursery() as nursery:

            async def connect():
                stream = await Visit(cell, "localhost", hold=20).connect()
                assert stream is not None
                await stream.aclose()

            nursery.start_soon(connect)
            await trio.testing.wait_all_tasks_blocked()
            cell.set(routes(PreviewState.READY, port))


async def test_a_ready_preview_is_tried_even_without_patience():
    async with upstream(answer()) as port:
        visit = Visit(board(routes(PreviewState.READY, port)), "localhost", hold=0)
        stream = await visit.connect()
        assert stream is not None
        await stream.aclose()


async def test_a_preview_that_moved_is_found_at_its_new_port():
    async with upstream(answer()) as port:
        cell = board(routes(PreviewState.READY, free_port()))
        async with trio.open_nursery() as nursery:

            async def connect():
                stream = await Visit(cell, "localhost", hold=20).connect()
                assert stream is not None
                await stream.aclose()

            nursery.start_soon(connect)
            await trio.testing.wait_all_tasks_blocked()
            cell.set(routes(PreviewState.READY, port))
