"""Waiting that a request to stop ends."""

from __future__ import annotations

import pytest
import trio

from services.stopping import unless


async def test_what_is_waited_for_comes_out(autojump_clock):
    async def wait():
        await trio.sleep(5)
        return "news"

    assert await unless(trio.Event(), wait) == "news"
    assert trio.current_time() == 5


async def test_asked_to_stop_nothing_comes(autojump_clock, nursery):
    stopping = trio.Event()

    @nursery.start_soon
    async def stop():
        await trio.sleep(3)
        stopping.set()

    assert await unless(stopping, trio.sleep_forever) is None
    assert trio.current_time() == 3


async def test_what_goes_wrong_comes_out_as_it_is():
    async def wait():
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        await unless(trio.Event(), wait)


async def test_whoever_waits_can_be_cancelled(autojump_clock):
    with trio.move_on_after(2) as scope:
        await unless(trio.Event(), trio.sleep_forever)
    assert scope.cancelled_caught
