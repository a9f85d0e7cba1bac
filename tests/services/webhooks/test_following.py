"""What a hook is told, in which order, and how far it has come. Nothing is sent."""

import math

import msgspec
import pytest
import trio
from structlog.testing import capture_logs

from services.messages import (
    Blocked,
    Ending,
    Event,
    FindTurn,
    ReadAllEvents,
    Scope,
    ThreadEvent,
    ThreadEventPage,
    ThreadKey,
    TurnInfo,
    TurnState,
    Usage,
)
from services.posting.answer import Answer
from services.posting.notice import Notice
from services.webhooks.delivering import Deliverer
from services.webhooks.following import Follower
from services.webhooks.hook import Hook
from supervisor.desk import Gone, NotFound
from tests.services.posting.receiver import SECRET

KEY = ThreadKey("acme", "ann", "t1")
TURN = TurnInfo("turn-1", KEY, TurnState.COMMITTED, "Greet", commit="abc", files=("a.md",))


def event(stamp, type="turn.finished", **facts):
    facts = {"turn": "turn-1", "state": "committed", "time": 1_700_000_000.5} | facts
    line = msgspec.json.encode({"id": stamp, "type": type, **facts})
    return ThreadEvent(stamp, KEY, Event(stamp, type, line))


class World:
    """An agent with a log of events, and a receiver that answers as told, then 200."""

    def __init__(self, *answers, **hook):
        self.log = []
        self.asked = []
        self.posts = []
        self.kept = []
        self.answers = list(answers)
        self.news = trio.Event()
        self.gone = False
        self.turn = TURN
        self.stopping = trio.Event()
        self.hook = Hook("https://example.com/in", (SECRET,), **hook)
        self.follower = self.begin(0)

    def begin(self, stamp):
        deliverer = Deliverer(self.hook, 1, self.post, self.stopping, most=4, longest=math.inf)
        self.deliverer = deliverer
        return Follower(self.hook, 1, stamp, self.ask, deliverer, self.stopping)

    def add(self, *events):
        self.log += events
        self.news.set()
        self.news = trio.Event()

    async def ask(self, request):
        self.asked.append(request)
        if self.gone:
            raise Gone("the agent ended")
        if isinstance(request, FindTurn):
            if self.turn is None:
                raise NotFound("no turn")
            return self.turn
        assert isinstance(request, ReadAllEvents)
        found = self.after(request.after)
        if not found:
            with trio.move_on_after(request.wait):
                await self.news.wait()
            found = self.after(request.after)
        last = self.log[-1].stamp if self.log else 0
        return ThreadEventPage(found, last)

    def after(self, stamp):
        return tuple(event for event in self.log if event.stamp > stamp)

    async def post(self, headers, body):
        await trio.lowlevel.checkpoint()
        self.posts.append((trio.current_time(), headers["webhook-id"], msgspec.json.decode(body)))
        return self.answers.pop(0) if self.answers else Answer(200)

    async def keep(self):
        self.kept.append(self.follower.stamp)

    async def run(self):
        await self.follower.follow(self.keep)

    @property
    def ids(self):
        return [id for _, id, _ in self.posts]


@pytest.fixture
def clock(autojump_clock):
    return autojump_clock


async def test_a_turn_that_ended_is_told_with_what_it_came_to(clock, nursery):
    world = World()
    world.turn = msgspec.structs.replace(TURN, usage=Usage("m", input_tokens=3, cost=0.5))
    world.add(event(7, error=None, reason=None))
    nursery.start_soon(world.run)
    await trio.sleep(1)
    [(_, id, told)] = world.posts
    assert id == "msg_7"
    assert told == {
        "type": "turn.finished",
        "timestamp": "2023-11-14T22:13:20.500000Z",
        "data": {
            "clientId": "acme",
            "userId": "ann",
            "threadId": "t1",
            "turn": {
                "id": "turn-1",
                "state": "committed",
                "error": None,
                "reason": None,
                "instruction": "Greet",
                "mode": "execute",
                "backend": "",
                "commit": "abc",
                "files": ["a.md"],
                "usage": {
                    "model": "m",
                    "inputTokens": 3,
                    "outputTokens": 0,
                    "cacheReadTokens": 0,
                    "cacheWriteTokens": 0,
                    "cost": 0.5,
                },
            },
        },
    }
    assert world.kept == [7]


async def test_a_turn_of_a_thread_that_is_gone_is_told_all_the_same(clock, nursery):
    world = World()
    world.turn = None
    world.add(event(7, state="failed", error="no", reason="timeout"))
    nursery.start_soon(world.run)
    await trio.sleep(1)
    turn = world.posts[0][2]["data"]["turn"]
    assert turn == {"id": "turn-1", "state": "failed", "error": "no", "reason": "timeout"}


async def test_a_mistake_is_told_and_not_that_it_is_mended(clock, nursery):
    world = World()
    wrong = {"message": "no such thing", "file": "a.astro"}
    world.add(event(1, "preview.error", error=wrong), event(2, "preview.error", error=None))
    nursery.start_soon(world.run)
    await trio.sleep(1)
    [(_, _, told)] = world.posts
    assert told["type"] == "preview.error"
    assert told["data"]["error"] == wrong


async def test_only_what_a_hook_wants_is_told_to_it(clock, nursery):
    world = World(events=("preview.error",), scope="user:acme/ann")
    world.add(event(1), event(2, "text.delta"), event(3, "preview.error", error={}))
    nursery.start_soon(world.run)
    await trio.sleep(1)
    assert world.ids == ["msg_3"]
    assert world.asked[0].scope == Scope("acme", "ann")


async def test_a_new_hook_begins_with_what_comes(clock, nursery):
    world = World()
    world.add(event(1), event(2))
    world.follower = world.begin(None)
    nursery.start_soon(world.run)
    await trio.sleep(1)
    assert world.posts == []
    assert world.kept == [2]
    world.add(event(3))
    await trio.sleep(1)
    assert world.ids == ["msg_3"]


async def test_who_comes_back_gets_what_happened_meanwhile_in_order(clock, nursery):
    world = World()
    world.add(*(event(stamp) for stamp in range(1, 9)))
    world.follower = world.begin(3)
    nursery.start_soon(world.run)
    await trio.sleep(1)
    assert world.ids == ["msg_4", "msg_5", "msg_6", "msg_7", "msg_8"]
    assert world.kept == [4, 5, 6, 7, 8]


async def test_another_volume_is_not_mistaken_for_this_one(clock, nursery):
    world = World()
    world.add(event(1), event(2))
    world.follower = world.begin(900)
    nursery.start_soon(world.run)
    await trio.sleep(1)
    assert world.posts == []
    world.add(event(3))
    await trio.sleep(1)
    assert world.ids == ["msg_3"]


async def test_what_fails_is_tried_again_with_the_same_id_and_holds_up_the_next(clock, nursery):
    world = World(Answer(500), Answer(0, "no answer in time"))
    world.add(event(1), event(2))
    nursery.start_soon(world.run)
    await trio.sleep(20)
    assert world.ids == ["msg_1", "msg_1", "msg_1", "msg_2"]
    first, second, third, _ = (when for when, _, _ in world.posts)
    assert 0.5 <= second - first <= 1
    assert 1 <= third - second <= 2
    assert world.follower.state.delivered == 2
    assert world.follower.state.dropped == 0


async def test_what_is_dropped_is_counted_and_said_and_the_next_is_told(clock, nursery):
    world = World(*[Answer(500)] * 4)
    world.add(event(1), event(2))
    nursery.start_soon(world.run)
    with capture_logs() as logs:
        await trio.sleep(60)
    assert world.ids == ["msg_1"] * 4 + ["msg_2"]
    assert (world.follower.state.delivered, world.follower.state.dropped) == (1, 1)
    assert logs == [
        {
            "event": "webhook dropped",
            "log_level": "warning",
            "hook": 1,
            "host": "example.com",
            "type": "turn.finished",
            "id": "msg_1",
            "reason": "the receiver answered 500, 4 times",
        }
    ]
    assert world.kept[-1] == 2


async def test_410_ends_a_hook(clock, nursery):
    world = World(Answer(410))
    world.add(event(1), event(2))
    nursery.start_soon(world.run)
    await trio.sleep(60)
    assert world.ids == ["msg_1"]
    assert world.follower.state.over == "the receiver answered 410: it wants no more"
    await world.follower.tell_of_the_end([Ending("idle", 0.0)], "run")
    assert world.ids == ["msg_1"]


async def test_an_agent_that_is_away_is_asked_again(clock, nursery):
    world = World()
    world.gone = True
    world.add(event(1))
    nursery.start_soon(world.run)
    await trio.sleep(10)
    assert world.posts == []
    world.gone = False
    await trio.sleep(2)
    assert world.ids == ["msg_1"]


async def test_asked_to_stop_it_tries_once_what_is_there(clock):
    world = World(Answer(200), Answer(500))
    world.add(event(1), event(2), event(3))
    world.stopping.set()
    await world.run()
    assert world.ids == ["msg_1", "msg_2"]
    assert world.kept == [1]


async def test_asked_to_stop_while_it_waits_it_tries_once_more(clock, nursery):
    world = World(Answer(500), Answer(500), Answer(500))
    world.add(event(1))
    async with trio.open_nursery() as running:
        running.start_soon(world.run)
        await trio.sleep(0.1)
        world.stopping.set()
    assert world.ids == ["msg_1", "msg_1"]
    assert trio.current_time() - world.posts[0][0] < 0.2
    assert world.kept == []


async def test_asked_to_stop_while_nothing_happens_it_looks_once_more(clock):
    world = World()
    async with trio.open_nursery() as running:
        running.start_soon(world.run)
        await trio.sleep(5)
        world.log.append(event(1))  # nobody was woken
        world.stopping.set()
    assert world.ids == ["msg_1"]


async def test_why_a_container_ends_is_told_to_who_wants_to_know(clock):
    world = World()
    await world.follower.tell_of_the_end([Ending("idle for 5 minutes", 1_700_000_000.0)], "r1")
    [(_, id, told)] = world.posts
    assert (id, told["type"]) == ("stop_r1", "idle.stop")
    assert told["data"] == {"reason": "idle for 5 minutes", "since": "2023-11-14T22:13:20Z"}
    other = World(events=("turn.finished",))
    await other.follower.tell_of_the_end([Ending("idle", 0.0)], "r1")
    assert other.posts == []


async def test_why_a_container_cannot_end_is_told_to_who_wants_to_know(clock):
    world = World()
    blocked = Blocked("cannot lower it", 1_700_000_000.0)
    await world.follower.tell_of_a_block(blocked, "r1")
    [(_, id, told)] = world.posts
    assert (id, told["type"]) == ("blocked_r1_1700000000", "idle.blocked")
    assert told["data"] == {"reason": "cannot lower it", "since": "2023-11-14T22:13:20Z"}
    other = World(events=("idle.stop",))
    await other.follower.tell_of_a_block(blocked, "r1")
    assert other.posts == []


@pytest.mark.parametrize(
    "spoilt", [{"time": "long ago"}, {"state": 5}, {"error": msgspec.Raw(b"[" * 100_000)}]
)
async def test_an_event_that_a_disk_has_spoilt_is_left_out(clock, nursery, spoilt):
    world = World()
    nursery.start_soon(world.run)
    world.add(event(1, **spoilt), event(2))
    with capture_logs() as logs:
        await trio.sleep(1)
    assert world.ids == ["msg_2"]
    assert [entry["event"] for entry in logs] == ["webhook left out"]


@pytest.mark.parametrize(
    ("time", "told"),
    [
        ("1e18", "9999-12-31T23:59:59Z"),
        ("1e300", "9999-12-31T23:59:59Z"),
        ("-1e13", "1970-01-01T00:00:00Z"),
    ],
)
async def test_an_event_whose_time_a_disk_has_spoilt_is_told_all_the_same(
    clock, nursery, time, told
):
    world = World()
    nursery.start_soon(world.run)
    world.add(event(1, time=msgspec.Raw(time.encode())), event(2))
    await trio.sleep(1)
    assert world.ids == ["msg_1", "msg_2"]
    assert world.posts[0][2]["timestamp"] == told


async def test_while_a_model_speaks_it_looks_a_few_times_a_second(clock, nursery):
    world = World()
    nursery.start_soon(world.run)
    for stamp in range(1, 101):
        world.add(event(stamp, "text.delta"))
        await trio.sleep(0.01)
    assert len(world.asked) <= 6


async def test_what_comes_from_two_sides_is_told_one_after_the_other(clock):
    world = World()
    under_way = 0

    async def post(headers, body):
        nonlocal under_way
        under_way += 1
        assert under_way == 1
        await trio.sleep(1)
        under_way -= 1
        return Answer(204)

    deliverer = Deliverer(world.follower.hook, 1, post, world.stopping, most=2, longest=60)
    async with trio.open_nursery() as running:
        for id in ("a", "b", "c"):
            running.start_soon(deliverer.deliver, Notice(id, "test", 0.0, {}))
    assert deliverer.delivered == 3
    assert deliverer.pending is None
