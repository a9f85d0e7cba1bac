"""The way from a browser to the dev server, one hop after the other."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import trio

from services.doctor.causes import Broken, Symptom
from services.doctor.hops import network, pages, sockets
from services.doctor.remedies import Remedy, remedy
from services.doctor.way import NotTried, Way
from services.messages import Findings, Hop, Verdict

WHOLE = 60.0  # seconds, for all hops together; the silence that was asked for comes on top


@dataclass(frozen=True, slots=True)
class Step:
    """A hop. Where its time, `times` that of a plain one, is over, it is `silent`.

    One that is `aside` is tried even where another has failed, and is in no other one's way.
    """

    name: str
    run: Callable[[Way], Awaitable[str]]
    silent: Symptom = Symptom.OUT_OF_TIME
    times: float = 1.0
    aside: bool = False


# The connection shares its time out among addresses, and a preview on its way is asked for again.
STEPS = (
    Step("configuration", network.configuration),
    Step("dns", network.dns, Symptom.RESOLVER_FAILS),
    Step("tcp", network.tcp, Symptom.NO_CONNECTION, times=1.5),
    Step("tls", network.tls, Symptom.TLS_SILENT),
    Step("http", pages.http, Symptom.STILL_STARTING, times=4),
    Step("frame", pages.frame, aside=True),
    Step("client", pages.client, Symptom.HTTP_SILENT),
    Step("websocket", sockets.websocket, Symptom.SOCKET_SILENT),
    Step("silence", sockets.silence, times=math.inf),
    Step("hmr", sockets.hmr, Symptom.NO_UPDATE),
    Step("clock", pages.clock, aside=True),
)


async def walk(way: Way, told: Callable[[Hop], None] = lambda _: None) -> Findings:
    """Try each hop until one fails; `told` hears of it as soon as it is done.

    What goes wrong is in the findings. Cancelled, it hangs up and leaves.
    """
    done: list[Hop] = []
    failed = ""
    deadline = trio.current_time() + WHOLE + way.patience
    async with AsyncExitStack() as way.streams:
        for step in STEPS:
            if failed and not step.aside:
                hop = Hop(step.name, Verdict.NOT_TRIED, f"{failed} failed")
            else:
                hop = await _try(step, way, deadline)
            if hop.verdict is Verdict.FAILED and not step.aside:
                failed = step.name
            done.append(hop)
            told(hop)
    return Findings(way.address, way.inside, tuple(done))


async def _try(step: Step, way: Way, deadline: float) -> Hop:
    began = trio.current_time()
    verdict, said = Verdict.PASSED, Remedy("", "")
    try:
        seen = await _in_time(step, way, deadline)
    except NotTried as reason:
        return Hop(step.name, Verdict.NOT_TRIED, str(reason))
    except Broken as broken:
        verdict, seen = Verdict.FAILED, broken.seen
        said = remedy(broken.symptom, inside=way.inside)
    ms = round(1000 * (trio.current_time() - began), 1)
    return Hop(step.name, verdict, seen, said.cause, said.advice, ms)


async def _in_time(step: Step, way: Way, deadline: float) -> str:
    began = trio.current_time()
    limit = began + way.wait * step.times
    with trio.CancelScope(deadline=min(limit, deadline)):
        return await step.run(way)
    late = step.silent if limit < deadline else Symptom.OUT_OF_TIME
    raise Broken(late, f"nothing within {trio.current_time() - began:.0f} s")
