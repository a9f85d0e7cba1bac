"""Whether a client is still there, while something is done for it."""

from __future__ import annotations

import select
from collections.abc import Awaitable, Callable

import trio


async def while_there(
    stream: trio.SocketStream, work: Callable[[], Awaitable[None]], *, endless: bool = False
) -> bool:
    """Do `work`, but cancel it when the client has gone; whether it was done.

    What the client sends meanwhile is dropped. One that has only closed its sending side still
    waits for its answer; from something `endless` it has turned away.
    """
    done = False
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_until_gone, stream, endless, nursery.cancel_scope)
        await work()
        done = True
        nursery.cancel_scope.cancel()
    return done


async def _until_gone(stream: trio.SocketStream, endless: bool, scope: trio.CancelScope) -> None:
    try:
        while await stream.receive_some():
            pass
        gone = endless or hung_up(stream)
    except trio.BrokenResourceError:
        gone = True
    if gone:
        scope.cancel()


def hung_up(stream: trio.SocketStream) -> bool:
    """Whether the other end of a Unix socket is closed, and not its sending side alone."""
    poll = select.poll()
    poll.register(stream.socket.fileno(), 0)
    return any(event & (select.POLLHUP | select.POLLERR) for _, event in poll.poll(0))
