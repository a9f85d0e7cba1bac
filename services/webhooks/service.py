"""One life of the webhooks: a follower for each hook, and a desk that tells how they do."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import structlog
import trio

from services.messages import Blocked, Delivery, Ending, ListHooks, TryHook
from services.posting.sending import Sender
from services.webhooks import Options
from services.webhooks.cursors import Cursors
from services.webhooks.delivering import Deliverer
from services.webhooks.following import Follower
from services.webhooks.notices import of_try
from supervisor.context import Context
from supervisor.desk import NotFound, Refused, Request

log = structlog.get_logger()

LAST = 4.0  # seconds for what is left when it is asked to stop; fits a `stop_timeout` of 5


async def run(ctx: Context[Options], *, ready: Callable[[], None]) -> None:
    """Deliver to every hook until `ctx.stopping`, and what is there then within `LAST` seconds.

    Raises `OSError` where the state cannot be read.
    """
    webhooks = Webhooks(ctx)
    await webhooks.begin()
    with ctx.receiver("endings", object) as endings:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(ctx.answer, "webhooks", webhooks.handle)
            async with trio.open_nursery() as following:
                nursery.start_soon(webhooks.hear, endings)
                for follower in webhooks.followers:
                    following.start_soon(webhooks.follow, follower)
                ready()
                await ctx.stopping.wait()
                following.cancel_scope.deadline = trio.current_time() + LAST
            nursery.cancel_scope.cancel()


class Webhooks:
    """All hooks of one life."""

    def __init__(self, ctx: Context[Options]) -> None:
        self.followers: list[Follower] = []
        self._ctx = ctx
        self._cursors = Cursors(Path(ctx.options.state))
        self._writing = trio.Lock()
        self._endings: list[Ending] = []
        self._tries = 0

    async def begin(self) -> None:
        """Find out how far each hook has come."""
        options = self._ctx.options
        stamps = await trio.to_thread.run_sync(self._cursors.read) if options.hooks else {}
        for number, hook in enumerate(options.hooks, 1):
            deliverer = Deliverer(
                hook,
                number,
                Sender(hook.url).send,
                self._ctx.stopping,
                most=options.most_attempts,
                longest=options.longest,
            )
            stamp = stamps.get(hook.id)
            ask = partial(self._ctx.ask, "agent")
            self.followers.append(Follower(hook, number, stamp, ask, deliverer, self._ctx.stopping))

    async def hear(self, endings: trio.MemoryReceiveChannel[object]) -> None:
        """Keep why the container ends for the end, and tell at once why it cannot."""
        async with trio.open_nursery() as nursery:
            while True:
                news = await endings.receive()
                if isinstance(news, Ending):
                    self._endings.append(news)
                elif isinstance(news, Blocked):
                    for follower in self.followers:
                        nursery.start_soon(follower.tell_of_a_block, news, self._ctx.run)

    async def follow(self, follower: Follower) -> None:
        """Deliver to one hook until the end, and then why it ends."""
        await follower.follow(self._keep)
        await self._ctx.stopping.wait()
        await follower.tell_of_the_end(self._endings, self._ctx.run)

    async def handle(self, request: Request[Any]) -> object:
        """Answer at the desk. Raises `Refused`."""
        match request:
            case ListHooks():
                return tuple(follower.state for follower in self.followers)
            case TryHook(number=number):
                return await self._try(number)
            case _:
                raise Refused(f"cannot answer {type(request).__name__} at this desk")

    async def _try(self, number: int) -> Delivery:
        if not 1 <= number <= len(self.followers):
            raise NotFound(f"cannot find hook {number}: there are {len(self.followers)}")
        self._tries += 1
        deliverer = self.followers[number - 1].deliverer
        await deliverer.attempt(of_try(f"test_{self._ctx.run}_{self._tries}", time.time()))
        assert deliverer.last is not None
        return deliverer.last

    async def _keep(self) -> None:
        """Write down how far all of them have come; where that fails an event may come twice."""
        async with self._writing:
            stamps = {one.hook.id: one.stamp for one in self.followers if one.stamp is not None}
            try:
                await trio.to_thread.run_sync(self._cursors.write, stamps)
            except OSError as error:
                log.warning("webhooks not kept", reason=error.strerror)
