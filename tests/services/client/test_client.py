import itertools
from pathlib import Path

import anyio
import httpx2
import msgspec
import pytest
import trio
from msgspec.structs import replace

from services.client import AsyncClient, Client, Other, Problem, Retries, Unreachable, models
from services.messages import (
    AwaitTurn,
    Entry,
    Event,
    EventPage,
    FindTurn,
    OpenWorkspace,
    Reason,
    StartTurn,
    Stored,
    StoreImages,
    TurnState,
)
from supervisor.desk import Busy, Gone, NotFound
from tests.services.api.fakes import KEY, Fakes
from tests.services.client.served import TOKEN, Wire, served

IDS = ("acme", "ann", "t1")
HASTY = Retries(most=3, first=0.001, longest=0.002)
STUBBORN = Retries(most=30, first=0.001, longest=0.002)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with served(tmp_path_factory.mktemp("served")) as (address, fakes):
        yield address, fakes


@pytest.fixture
def api(place):
    """The services behind the API as they are at first, with one workspace."""
    address, fakes = place
    fresh = Fakes(Path("/workspace"))
    for name in ("asked", "workspaces", "refusal", "answers", "read_events", "gate", "turn"):
        setattr(fakes, name, getattr(fresh, name))
    fakes._open(KEY)
    return address, fakes


@pytest.fixture(params=["trio", "asyncio"])
def run(request):
    """Runs an async function with a client."""

    def run(address, body, **options):
        async def main():
            options.setdefault("retries", HASTY)
            async with AsyncClient(address, TOKEN, **options) as client:
                with anyio.fail_after(30):
                    return await body(client)

        return anyio.run(main, backend=request.param)

    return run


def journal(fakes, events):
    """Play a journal of so many events."""

    async def read(request):
        last = request.after + request.limit
        page = tuple(
            Event(number, "text.delta", msgspec.json.encode(delta(number)))
            for number in range(request.after + 1, min(events, last) + 1)
        )
        return EventPage(page, events)

    fakes.read_events = read


def delta(number):
    return {
        "id": number,
        "type": "text.delta",
        "turn": "turn-1",
        "text": f"word {number} ",
        "time": float(number),
    }


def test_a_turn_is_begun_and_waited_for(api, run):
    address, fakes = api

    async def body(client):
        begun = await client.turns.start(*IDS, instruction="Say hello.")
        ended = await client.thread(*IDS).start("Say hello.", wait=True, mode="plan")
        return begun, ended

    begun, ended = run(address, body)
    assert begun.turn.state == "queued"
    assert not begun.turn.ended
    assert (ended.turn.id, ended.turn.files, ended.turn.commit) == ("turn-1", ("src/a.md",), "abc")
    assert ended.turn.finished is not None
    assert ended.turn.finished.utcoffset() is not None
    keys = [asked.idempotency_key for asked in fakes.asked if isinstance(asked, StartTurn)]
    assert len(set(keys)) == 2
    assert all(keys)


def test_a_refusal_is_a_problem_that_says_everything(api, run):
    address, fakes = api
    fakes.turn = replace(
        fakes.turn, state=TurnState.FAILED, error="it is too late", reason=Reason.TIMEOUT
    )

    async def body(client):
        with pytest.raises(Problem) as caught:
            await client.turns.start(*IDS, instruction="Say hello.", wait=True)
        return caught.value

    problem = run(address, body)
    assert (problem.status, problem.detail) == (422, "it is too late")
    assert problem.extensions["reason"] == "timeout"
    assert problem.extensions["turn"]["id"] == "turn-1"
    assert sum(isinstance(asked, AwaitTurn) for asked in fakes.asked) == 1


@pytest.mark.parametrize(("refusal", "times"), [(NotFound("no"), 1), (Gone("gone"), 4)])
def test_what_may_pass_is_asked_again(api, run, refusal, times):
    address, fakes = api
    fakes.answers[FindTurn] = refusal

    async def body(client):
        with pytest.raises(Problem) as caught:
            await client.turns.get(*IDS, "turn-1")
        return caught.value

    assert run(address, body).detail == str(refusal)
    assert sum(isinstance(asked, FindTurn) for asked in fakes.asked) == times


def test_a_turn_that_has_to_wait_its_turn_is_asked_for_with_the_same_key(api, run):
    address, fakes = api
    fakes.answers[StartTurn] = Busy("too many wait")

    async def body(client):
        with pytest.raises(Problem) as caught:
            await client.turns.start(*IDS, instruction="Say hello.")
        return caught.value

    # The API asks for more patience than this client has: five seconds.
    assert run(address, body).retry_after == 5.0
    assert sum(isinstance(asked, StartTurn) for asked in fakes.asked) == 1
    fakes.asked.clear()
    fakes.answers[StartTurn] = Gone("gone")
    assert run(address, body).status == 503
    keys = [asked.idempotency_key for asked in fakes.asked if isinstance(asked, StartTurn)]
    assert len(keys) == 4
    assert len(set(keys)) == 1


def test_what_may_have_been_done_is_not_done_twice(api, run):
    address, _ = api

    async def body(client):
        with pytest.raises(Unreachable):
            await client.turns.undo(*IDS, "turn-1")

    with Wire(address, itertools.repeat(10)) as wire:
        run(wire.address, body)
        assert wire.connections == 1

    async def look(client):
        with pytest.raises(Unreachable, match="cannot GET /health/live"):
            await client.health.alive()

    with Wire(address, itertools.repeat(10)) as wire:
        run(wire.address, look)
        assert wire.connections == 4


def test_a_call_survives_a_broken_connection(api, run):
    address, _ = api

    async def body(client):
        return await client.health.alive()

    with Wire(address, iter([10, 50])) as wire:
        assert run(wire.address, body).status == "alive"


def test_events_come_once_and_in_order_over_connections_that_break(api, run):
    address, fakes = api
    journal(fakes, 2000)

    async def body(client):
        seen = []
        async for event in client.thread(*IDS).events(after=3):
            seen.append(event)
            if event.id == 2000:
                return seen
        raise AssertionError("a stream of events ends with whoever reads it")

    # Cut after the head, within an event, between events, and after many.
    cuts = itertools.chain(range(300, 4000, 97), [50_000] * 3)
    with Wire(address, cuts) as wire:
        seen = run(wire.address, body, retries=STUBBORN)
        assert wire.connections > 20
    assert [event.id for event in seen] == list(range(4, 2001))
    assert all(isinstance(event, models.TextDelta) for event in seen)


@pytest.mark.parametrize("closed", ["streams", "client"])
def test_who_closes_ends_whoever_waits_for_the_next_event(api, run, closed):
    address, fakes = api

    async def read(request):
        if request.after:
            await trio.sleep_forever()
        return EventPage((Event(1, "text.delta", msgspec.json.encode(delta(1))),), 1)

    fakes.read_events = read

    async def wait(events, *, task_status):
        async for _ in events:
            task_status.started()

    async def body(client):
        streams = [client.thread(*IDS).events() for _ in range(2)]
        async with anyio.create_task_group() as waiting:
            for events in streams:
                await waiting.start(wait, events)
            await anyio.wait_all_tasks_blocked()
            if closed == "client":
                await client.close()
            else:
                for events in streams:
                    await events.aclose()
        if closed == "streams":  # which had all connections that there may be
            await client.health.alive()

    run(address, body, limits=httpx2.Limits(max_connections=2))


def test_a_stream_that_is_refused_is_a_problem_at_once(api, run):
    address, fakes = api

    async def body(client):
        with pytest.raises(Problem) as caught:
            async for _ in client.events.follow_thread("acme", "ann", "t1"):
                pass
        return caught.value

    fakes.refusal = NotFound("there is no such thread")
    assert run(address, body).status == 404
    # A reader of the test before may still wait for more.
    assert sum(asked.wait == 0 for asked in fakes.asked) == 1


def test_an_event_of_a_kind_that_is_not_known_is_passed_on(api, run):
    address, fakes = api

    async def read(request):
        event = Event(1, "moon.rose", b'{"id":1,"type":"moon.rose","full":true}')
        return EventPage((event,) if request.after < 1 else (), 1)

    fakes.read_events = read

    async def body(client):
        return await anext(client.thread(*IDS).events())

    seen = run(address, body)
    assert seen == Other(
        kind="moon.rose", id="1", data={"id": 1, "type": "moon.rose", "full": True}
    )


def test_the_same_without_async(api):
    address, fakes = api
    journal(fakes, 500)
    cuts = itertools.chain(range(300, 2000, 197), [5000] * 3)
    with Wire(address, cuts) as wire, Client(wire.address, TOKEN, retries=STUBBORN) as client:
        thread = client.thread(*IDS)
        assert thread.start("Say hello.", wait=True).turn.commit == "abc"
        seen = []
        for event in thread.events():
            seen.append(event.id)
            if event.id == 500:
                break
        assert seen == list(range(1, 501))
        fakes.answers[FindTurn] = NotFound("there is no such turn")
        with pytest.raises(Problem, match="404: there is no such turn"):
            thread.turn("turn-2")


def test_images_are_uploaded(api, run):
    address, fakes = api
    arrived = []

    def store(request):
        for image in request.images:
            image.file.seek(0)
            arrived.append((request.folder, image.name, image.file.read()))
        entry = Entry("public/a.png", "file", 4, "0" * 40)
        return (Stored(entry, "image/png", "/a.png", 5, 3),) * len(request.images)

    fakes.answers[StoreImages] = store

    async def body(client):
        images = [("a.png", b"one\r\n"), ("b.png", b"two")]
        return await client.uploads.upload_images(*IDS, images=images, folder="public")

    assert [upload.path for upload in run(address, body).uploads] == ["public/a.png"] * 2
    assert arrived == [("public", "a.png", b"one\r\n"), ("public", "b.png", b"two")]


def test_a_wrong_token_is_told(api, run):
    address, fakes = api

    async def body(client):
        async with AsyncClient(address, "another-token-for-tests") as other:
            with pytest.raises(Problem) as caught:
                await other.turns.list(*IDS)
            return caught.value

    assert run(address, body).status == 401
    assert not any(isinstance(asked, OpenWorkspace) for asked in fakes.asked)
