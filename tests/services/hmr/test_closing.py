"""Waits that end when the front door closes."""

from __future__ import annotations

import gc
import weakref

import trio
from trio.testing import wait_all_tasks_blocked

from services.hmr.closing import Closing


async def test_whoever_waits_when_closing_begins_waits_no_longer(nursery: trio.Nursery) -> None:
    closing, ended = Closing(), list[bool]()

    async def wait() -> None:
        with closing.interruptible() as scope:
            await trio.sleep_forever()
        ended.append(scope.cancelled_caught)

    for _ in range(3):
        nursery.start_soon(wait)
    await wait_all_tasks_blocked()
    assert not closing.begun
    closing.begin()
    await wait_all_tasks_blocked()
    assert closing.begun
    assert ended == [True] * 3


async def test_whoever_comes_after_that_does_not_begin_to_wait() -> None:
    closing = Closing()
    closing.begin()
    with trio.fail_after(5), closing.interruptible() as scope:
        await trio.sleep_forever()
    assert scope.cancelled_caught


async def test_a_wait_that_is_over_is_forgotten() -> None:
    closing = Closing()
    with closing.interruptible() as scope:
        pass
    seen = weakref.ref(scope)
    del scope
    gc.collect()
    assert seen() is None
