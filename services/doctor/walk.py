"""The way from a browser to the dev server, one hop after the other."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import trio

from services.doctor import hops
from services.doctor.causes import Broken, Symptom
from services.doctor.remedies import Remedy, remedy
from services.doctor.way import NotTried, Way
from services.messages import Findings, Hop, Verdict

WHOLE = 60.0  # seconds, for all hops together; the silence that was asked for comes on top


@dataclass(frozen=True, slots=True)
class Step:
    """A hop. Where its time, `times` that of a plain one, is over, it is `silent`.

    One that is tried `always` may tell something even where another has failed.
    """

    name: str
    run: Callable[[Way], Awaitable[str]]
    silent: Symptom = Symptom.OUT_OF_TIME
    times: float = 1.0
    always: bool = False


# The connection shares its time out among addresses, and a preview on its way is asked for again.
STEPS = (
    Step("configuration", hops.configuration),
    Step("dns", hops.dns, Symptom.RESOLVER_FAILS),
    Step("tcp", hops.tcp, Symptom.NO_CONNECTION, times=1.5),
    Step("tls", hops.tls, Symptom.TLS_SILENT),
    Step("http", hops.http, Symptom.STILL_STARTING, times=4),
    Step("client", hops.client, Symptom.HTTP_SILENT),
    Step("websocket", hops.websocket, Symptom.SOCKET_SILENT),
    Step("silence", hops.silence, times=math.inf),
    Step("hmr", hops.hmr, Symptom.NO_UPDATE),
    Step("clock", hops.clock, always=True),
)


async def walk(way: Way, told: Callable[[Hop], None] = lambda _: None) -> Findings:
    """Try each hop until one fails; `told` hears of it as soon as it is done.

    What goes wrong is in the findings. Cancelled, it hangs up and leaves.
    """
    done: list[Hop] = []
    deadline = trio.current_time() + WHOLE + way.patience
    async with AsyncExitStack() as way.streams:
        for step in STEPS:
            failed = next((hop.name for hop in done if hop.verdict is Verdict.FAILED), "")
            if failed and not step.always:
                hop = Hop(step.name, Verdict.NOT_TRIED, f"{failed} failed")
            else:
                hop = await _try(step, way, deadline)
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
