import json

import pytest
import trio
import trio.testing

from services.api import board_events
from services.api.board_events import HEARTBEAT
from services.api.transfer_routes import show
from services.messages import Transfer, Transfers
from supervisor.cell import Cell


def read(event):
    name, data, *rest = event.decode().split("\n")
    assert name == "event: transfers"
    assert rest == ["", ""]
    return json.loads(data.removeprefix("data: "))


CLONE = Transfers({"acme/ann": Transfer("clone", 1, 10, 100)})
SHOWN = {"running": {"acme/ann": {"what": "clone", "done": 1, "total": 10, "bytes": 100}}}


def events(board, stopping):
    return board_events.events(board, stopping, show)


@pytest.fixture
def board():
    return Cell(None)


async def test_the_first_event_is_what_is_under_way_then_each_change(board):
    stream = events(board, trio.Event())
    assert read(await anext(stream)) == {"running": {}}
    board.set(CLONE)
    assert read(await anext(stream)) == SHOWN
    board.set(Transfers({}))
    assert read(await anext(stream)) == {"running": {}}
    await stream.aclose()


async def test_who_comes_later_is_told_what_runs_already(board):
    board.set(CLONE)
    stream = events(board, trio.Event())
    assert read(await anext(stream)) == SHOWN
    await stream.aclose()


async def test_a_heartbeat_keeps_the_connection_while_nothing_changes(board, autojump_clock):
    stream = events(board, trio.Event())
    await anext(stream)
    began = trio.current_time()
    assert await anext(stream) == b": nothing new\n\n"
    assert trio.current_time() - began == HEARTBEAT
    board.set(CLONE)
    assert read(await anext(stream)) == SHOWN
    await stream.aclose()


async def test_it_ends_when_the_service_stops(board, nursery):
    stopping = trio.Event()
    stream = events(board, stopping)
    await anext(stream)
    nursery.start_soon(stop_later, stopping)
    with pytest.raises(StopAsyncIteration):
        await anext(stream)


async def stop_later(stopping):
    await trio.testing.wait_all_tasks_blocked()
    stopping.set()


async def test_it_is_served_as_events_to_whoever_has_the_token(client, headers, fakes):
    assert (await client.get("/v1/transfers")).status_code == 401
    fakes.harness.channels.boards["transfers"].set(CLONE)
    fakes.harness.stopping.set()  # so that the stream ends
    reply = await client.get("/v1/transfers", headers=headers)
    assert reply.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert reply.headers["Cache-Control"] == "no-store"
    assert read(await reply.get_data()) == SHOWN
    assert fakes.activities() == []
