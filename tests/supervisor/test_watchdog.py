from __future__ import annotations

import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from supervisor.kinds.watchdog import Watchdog


async def verdict(watchdog: Watchdog, catch_up=lambda: None) -> tuple[str, float]:
    why = await watchdog.until_expired(catch_up)
    return why, trio.current_time()


async def test_silence_expires_it(autojump_clock: MockClock):
    assert await verdict(Watchdog(10)) == ("watchdog: nothing heard for 10 s", 10)


async def test_signs_of_life_put_it_off(autojump_clock: MockClock):
    watchdog = Watchdog(10)

    async def pet() -> None:
        for _ in range(5):
            await trio.sleep(9)
            watchdog.pet()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(pet)
        assert await verdict(watchdog) == ("watchdog: nothing heard for 10 s", 55)


async def test_what_has_been_said_is_heard_before_it_judges(autojump_clock: MockClock):
    watchdog = Watchdog(10)
    unheard = [watchdog.pet, watchdog.pet]
    why, when = await verdict(watchdog, lambda: unheard and unheard.pop()())
    assert (why, when) == ("watchdog: nothing heard for 10 s", 30)


async def test_another_silence_counts_from_now_on(autojump_clock: MockClock):
    watchdog = Watchdog(10)

    async def change() -> None:
        await trio.sleep(9)
        watchdog.allow(2)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(change)
        assert await verdict(watchdog) == ("watchdog: nothing heard for 2 s", 11)


async def test_0_is_any_silence(autojump_clock: MockClock):
    watchdog = Watchdog(10)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(verdict, watchdog)
        await wait_all_tasks_blocked()
        watchdog.allow(0)
        await trio.sleep(80_000)
        nursery.cancel_scope.cancel()


async def test_triggered_it_does_not_wait(autojump_clock: MockClock):
    watchdog = Watchdog(10)
    async with trio.open_nursery() as nursery:

        async def trigger() -> None:
            await trio.sleep(3)
            watchdog.trigger()

        nursery.start_soon(trigger)
        assert await verdict(watchdog) == ("watchdog: it triggered it itself", 3)
    assert await verdict(watchdog) == ("watchdog: it triggered it itself", 3)


async def test_it_wakes_once_per_silence_not_per_sign(autojump_clock: MockClock):
    watchdog, looks = Watchdog(10), []

    async def pet() -> None:
        for _ in range(100):
            await trio.sleep(1)
            watchdog.pet()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(pet)
        await verdict(watchdog, lambda: looks.append(trio.current_time()))
    assert len(looks) <= 13
