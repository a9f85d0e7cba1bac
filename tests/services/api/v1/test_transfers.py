import json

import pytest
import trio
import trio.testing

from services.api.streams import boards
from services.api.streams.boards import Onlooker
from services.api.streams.sse import GOODBYE, HEARTBEAT
from services.api.v1.transfers import show, within
from services.messages import EVERYTHING, Scope, Transfer, Transfers
from supervisor.cell import Cell


def read(event):
    name, data, *rest = event.decode().split("\n")
    assert name == "event: transfers"
    assert rest == ["", ""]
    return json.loads(data.removeprefix("data: "))


CLONE = Transfers({"acme/ann": Transfer("clone", 1, 10, 100)})
SHOWN = {"running": {"acme/ann": {"what": "clone", "done": 1, "total": 10, "bytes": 100}}}


def events(board, stopping, scope=EVERYTHING):
    return boards.events(Onlooker(board, lambda now: within(now, scope), show), stopping)


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


async def test_who_may_see_one_user_is_told_of_that_one_and_not_woken_for_others(
    board, autojump_clock, nursery
):
    board.set(CLONE)
    stream = events(board, trio.Event(), Scope("acme", "ann"))
    assert read(await anext(stream)) == SHOWN
    began = trio.current_time()

    @nursery.start_soon
    async def others():
        for count in range(3):
            await trio.sleep(1)
            push = Transfer("push", count)
            board.set(Transfers({**CLONE.running, "acme/bob": push, "zoo/ann": push}))

    assert await anext(stream) == b": nothing new\n\n"
    assert trio.current_time() - began == HEARTBEAT
    board.set(Transfers({"acme/bob": Transfer("push", 3)}))
    assert read(await anext(stream)) == {"running": {}}
    await stream.aclose()


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        ("operator", {"acme/ann", "acme/bob", "zoo/ann"}),
        ("client:acme", {"acme/ann", "acme/bob"}),
        ("user:acme/bob", {"acme/bob"}),
        ("thread:acme/ann/t1", set()),
    ],
)
def test_a_token_sees_the_transfers_of_the_users_that_it_is_for(scope, seen):
    fetch = Transfer("fetch")
    running = {"acme/ann": fetch, "acme/bob": fetch, "zoo/ann": fetch}
    assert set(within(Transfers(running), Scope.parse(scope)).running) == seen


async def test_it_ends_when_the_service_stops(board, nursery):
    stopping = trio.Event()
    stream = events(board, stopping)
    await anext(stream)
    nursery.start_soon(stop_later, stopping)
    assert [piece async for piece in stream] == [GOODBYE]


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
    said = await reply.get_data()
    assert read(said.removesuffix(GOODBYE)) == SHOWN
    assert said.endswith(GOODBYE)
    assert fakes.activities() == []
