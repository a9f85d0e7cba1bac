"""A client of nurseryd's API, for Trio, asyncio, or neither; it stands on httpx2 and msgspec.

    async with AsyncClient("http://127.0.0.1:8080", token) as nurseryd:
        thread = nurseryd.thread("acme", "ann", "first")
        reply = await thread.start("Change the heading to Hello", wait=True)
        async with thread.events(after=reply.turn.first_event - 1) as events:
            async for event in events:
                ...

A refusal raises `Problem`; where there is no answer, `Unreachable` is raised.
"""

from .calls import Content
from .clients import AsyncClient, Client
from .following import Other
from .problems import Problem, Unreachable
from .retrying import Retries
from .timing import Waiting

__all__ = [
    "AsyncClient",
    "Client",
    "Content",
    "Other",
    "Problem",
    "Retries",
    "Unreachable",
    "Waiting",
]
