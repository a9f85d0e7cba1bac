"""What a stream waits for, in fake time."""

import trio

from services.api.streams.news import news
from services.api.streams.sse import HEARTBEAT


async def test_what_comes_at_the_very_moment_of_a_heartbeat_is_not_lost(mock_clock):
    async def receive():
        mock_clock.jump(HEARTBEAT)  # the next thing that the loop sees is that the time is up
        return "news"

    assert await news(receive, trio.Event()) == "news"


async def test_when_nothing_comes_it_is_time_for_a_heartbeat(autojump_clock):
    assert await news(trio.sleep_forever, trio.Event()) is None
    assert trio.current_time() == HEARTBEAT
