import gc
import weakref

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from supervisor.desk import Busy, Desk, Gone, NotFound, Refused, Request


class Double(Request[int], frozen=True, weakref=True):
    number: int


class Asker:
    """One who asks in a task of its own."""

    def __init__(self, nursery, desk, request):
        self.result = None
        self.scope = trio.CancelScope()
        nursery.start_soon(self._ask, desk, request)

    async def _ask(self, desk, request):
        with self.scope:
            try:
                self.result = await desk.ask(request)
            except Refused as refusal:
                self.result = refusal


@pytest.fixture
def desk():
    return Desk("calculator", capacity=3)


@pytest.fixture
def ask(nursery, desk):
    async def ask(number):
        asker = Asker(nursery, desk, Double(number))
        await wait_all_tasks_blocked()
        return asker

    return ask


class Life:
    """A life that answers until ended; `hold` keeps its answers back."""

    def __init__(self, nursery, desk, withdrawable=False):
        self.scope = trio.CancelScope()
        self.hold = trio.Event()
        self.begun = []
        self.done = []
        self._desk = desk
        self._withdrawable = withdrawable
        nursery.start_soon(self._run)

    async def _run(self):
        with self.scope:
            await self._desk.answer(self._handle, withdrawable=self._withdrawable)

    async def _handle(self, request):
        self.begun.append(request.number)
        await self.hold.wait()
        if request.number == 0:
            raise NotFound("cannot double nothing")
        self.done.append(request.number)
        return request.number * 2

    async def end(self):
        self.scope.cancel()
        await wait_all_tasks_blocked()


async def test_what_the_handler_returns_is_the_answer(nursery, desk, ask):
    Life(nursery, desk).hold.set()
    assert (await ask(2)).result == 4


async def test_a_refusal_reaches_the_asker_and_the_life_goes_on(nursery, desk, ask):
    Life(nursery, desk).hold.set()
    refused = await ask(0)
    assert type(refused.result) is NotFound
    assert str(refused.result) == "cannot double nothing"
    assert (await ask(2)).result == 4


async def test_a_slow_answer_holds_up_nobody_else(nursery, desk, ask):
    gate = trio.Event()

    async def handle(request):
        if request.number == 1:
            await gate.wait()
        return request.number * 2

    nursery.start_soon(desk.answer, handle)
    slow = await ask(1)
    assert (await ask(2)).result == 4
    assert slow.result is None
    gate.set()
    await wait_all_tasks_blocked()
    assert slow.result == 2


async def test_what_was_taken_up_fails_at_once_when_that_life_ends(nursery, desk, ask):
    life = Life(nursery, desk)
    asker = await ask(2)
    assert asker.result is None
    await life.end()
    assert isinstance(asker.result, Gone)
    assert str(asker.result) == "calculator ended before it answered"


async def test_a_bug_ends_the_life_and_everybody_it_was_serving_is_told(desk, ask):
    async def handle(request):
        if request.number == 2:
            raise ValueError("a bug")
        await trio.sleep_forever()

    served, culprit = await ask(1), await ask(2)
    with pytest.RaisesGroup(ValueError):
        await desk.answer(handle)
    await wait_all_tasks_blocked()
    assert isinstance(served.result, Gone)
    assert isinstance(culprit.result, Gone)


async def test_what_nobody_took_up_waits_for_the_next_life(nursery, desk, ask):
    life = Life(nursery, desk)
    await wait_all_tasks_blocked()
    await life.end()
    asker = await ask(2)
    assert asker.result is None
    Life(nursery, desk).hold.set()
    await wait_all_tasks_blocked()
    assert asker.result == 4


async def test_a_request_is_never_carried_out_by_two_lives(nursery, desk, ask):
    first = Life(nursery, desk)
    await ask(2)
    await first.end()
    second = Life(nursery, desk)
    second.hold.set()
    await wait_all_tasks_blocked()
    assert (first.begun, second.begun) == ([2], [])


async def test_closing_tells_whoever_waits_and_whoever_asks_later(desk, ask):
    asker = await ask(2)
    desk.close("it is FATAL")
    await wait_all_tasks_blocked()
    assert isinstance(asker.result, Gone)
    assert str(asker.result) == "calculator cannot answer: it is FATAL"
    assert str((await ask(3)).result) == "calculator cannot answer: it is FATAL"


async def test_opened_again_it_takes_requests(nursery, desk, ask):
    desk.close("it is FATAL")
    desk.open()
    Life(nursery, desk).hold.set()
    assert (await ask(2)).result == 4


async def test_too_many_waiting_are_refused_at_once(desk, ask):
    waiting = [await ask(number) for number in (1, 2, 3)]
    refused = (await ask(4)).result
    assert type(refused) is Busy
    assert str(refused) == "calculator is busy: 3 requests wait; try again"
    assert [asker.result for asker in waiting] == [None, None, None]


async def test_a_request_withdrawn_before_it_was_taken_up_is_not_carried_out(nursery, desk, ask):
    askers = [await ask(number) for number in (1, 2, 3)]
    askers[1].scope.cancel()
    await wait_all_tasks_blocked()
    life = Life(nursery, desk)
    await wait_all_tasks_blocked()
    assert sorted(life.begun) == [1, 3]


async def test_a_request_withdrawn_later_is_carried_out_and_its_answer_dropped(nursery, desk, ask):
    life = Life(nursery, desk)
    asker = await ask(2)
    asker.scope.cancel()
    await wait_all_tasks_blocked()
    life.hold.set()
    assert (await ask(3)).result == 6
    assert (asker.result, life.done) == (None, [2, 3])


async def test_where_answers_can_be_withdrawn_nobody_works_for_one_who_left(nursery, desk, ask):
    life = Life(nursery, desk, withdrawable=True)
    asker = await ask(2)
    asker.scope.cancel()
    await wait_all_tasks_blocked()
    life.hold.set()
    assert (await ask(3)).result == 6
    assert (life.begun, life.done) == ([2, 3], [3])


async def test_one_who_leaves_at_the_very_moment_of_being_taken_up_is_not_served(
    nursery, desk, ask
):
    asker = await ask(2)
    life = Life(nursery, desk, withdrawable=True)
    desk.listen(lambda _: asker.scope.cancel())
    await ask(3)
    life.hold.set()
    await wait_all_tasks_blocked()
    assert 2 not in life.done


async def test_those_in_hand_do_not_count_as_waiting(nursery, desk, ask):
    life = Life(nursery, desk)
    askers = [await ask(number) for number in range(1, 10)]
    life.hold.set()
    await wait_all_tasks_blocked()
    assert [asker.result for asker in askers] == [2 * n for n in range(1, 10)]


@pytest.mark.parametrize("_", range(5))  # Trio runs what is due at once in any order
async def test_requests_are_taken_up_in_the_order_they_came(nursery, ask, desk, _):
    for number in (3, 1, 2):
        await ask(number)
    life = Life(nursery, desk)
    await wait_all_tasks_blocked()
    assert life.begun == [3, 1, 2]


async def test_a_request_that_was_answered_is_kept_by_nobody(nursery, desk):
    async def handle(request):
        await trio.lowlevel.checkpoint()
        return request.number * 2

    nursery.start_soon(desk.answer, handle)
    request = Double(2)
    kept = weakref.ref(request)
    assert await desk.ask(request) == 4
    del request
    assert await desk.ask(Double(3)) == 6
    gc.collect()
    assert kept() is None
