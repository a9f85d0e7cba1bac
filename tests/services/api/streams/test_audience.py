"""How many may listen, and when they are written to."""

import pytest
import trio

from services.api.errors import Problem
from services.api.streams.audience import PIECES, Audience
from services.api.streams.sse import GOODBYE
from services.forwarded import Forwarders


async def endless():
    while True:
        yield b"x"


def audience_of(most, each):
    return Audience(most, each, Forwarders(()))


def taken(audience, who):
    return audience.keep(who, endless())


async def test_there_is_a_place_for_so_many_and_one_that_ends_leaves_its_own():
    audience = audience_of(most=3, each=2)
    streams = [taken(audience, who) for who in ("ann", "ann", "bob")]
    for stream in streams:
        await anext(stream)
    for who, word in {"ann": "with this token", "eve": "3 streams are open"}.items():
        with pytest.raises(Problem, match=word) as raised:
            audience.check(who)
        assert raised.value.status == 429
        assert raised.value.headers["Retry-After"]
    await streams[1].aclose()
    audience.check("ann")
    await streams[2].aclose()
    await streams[0].aclose()
    assert not audience._taken


async def test_those_who_come_at_the_same_moment_get_no_more_than_there_are():
    audience = audience_of(most=1, each=0)
    first, second = taken(audience, "ann"), taken(audience, "bob")
    await anext(first)
    assert [piece async for piece in second] == [GOODBYE]
    await first.aclose()
    audience.check("bob")


async def test_without_a_limit_there_is_none():
    audience = audience_of(most=0, each=0)
    streams = [taken(audience, "ann") for _ in range(2000)]
    for stream in streams:
        await anext(stream)
    audience.check("ann")
    for stream in streams:
        await stream.aclose()


async def test_the_more_listen_the_more_goes_out_together(autojump_clock):
    audience = audience_of(most=0, each=0)
    await audience.pause(0.0)
    assert trio.current_time() == 0
    streams = [taken(audience, "ann") for _ in range(500)]
    for stream in streams:
        await anext(stream)
    await trio.sleep(0.1)
    for moment in (0.5, 1.0):
        await audience.pause(0.0)
        assert trio.current_time() == pytest.approx(moment)
        await trio.sleep(0.01)
    await audience.pause(0.5)
    assert trio.current_time() == pytest.approx(1.25)
    assert PIECES == 1000
    for stream in streams:
        await stream.aclose()
