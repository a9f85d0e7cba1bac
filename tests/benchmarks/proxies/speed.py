"""How fast, and at what cost: messages, requests, bodies. All proxies are up, loaded by turns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from tests.benchmarks.field import say
from tests.benchmarks.figures import Aim, Figure, Results
from tests.benchmarks.job import NotDone
from tests.benchmarks.proxies import load
from tests.benchmarks.proxies.sizes import Sizes
from tests.benchmarks.proxies.stage import Served, Stage

MEGABYTE = 1_000_000
BODY = 5 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Work:
    """`what` is done on so many `connections`; `size` is of one message or body, in bytes.

    `aims` are for how much of it is done in a second; `spread` asks for the times of one.
    """

    name: str
    what: str
    connections: int
    size: int
    more: tuple[str, ...] = ()
    aims: tuple[Aim, ...] = ()
    spread: bool = False


MESSAGES = (
    Work(
        "100 connections with 16 in flight",
        "messages",
        100,
        100,
        ("16",),
        (Aim("nginx", 0.9), Aim("http-proxy-3", 1.4)),
    ),
    Work(
        "100 connections, one in flight",
        "messages",
        100,
        100,
        ("1",),
        (Aim("haproxy"), Aim("caddy")),
        spread=True,
    ),
    Work("1 connection", "messages", 1, 100, ("1",), spread=True),
)
SMALL = (Aim("caddy"), Aim("http-proxy-3", 2.0))
REQUESTS = (
    Work("1 KB, 32 connections", "get", 32, 1024, ("plain",), SMALL, spread=True),
    Work("1 KB, 32 connections, a browser's 12 fields", "get", 32, 1024, ("browser",), SMALL),
    Work("100 KB, 32 connections", "get", 32, 102400, ("plain",)),
)
BODIES = (
    Work("5 MB down, 8 connections", "get", 8, BODY, ("plain",), (Aim("nginx"),)),
    Work("5 MB up, 8 connections", "post", 8, BODY, (), (Aim("nginx"),)),
)


def measure_messages(results: Results, sizes: Sizes, stage: Stage) -> None:
    """WebSocket messages of 100 bytes, echoed."""
    _measure(results, sizes, stage, "messages", MESSAGES)


def measure_requests(results: Results, sizes: Sizes, stage: Stage) -> None:
    """GET on connections that are kept."""
    _measure(results, sizes, stage, "requests", REQUESTS)


def measure_bodies(results: Results, sizes: Sizes, stage: Stage) -> None:
    """Large bodies, either way."""
    _measure(results, sizes, stage, "bodies", BODIES)


def _measure(
    results: Results,
    sizes: Sizes,
    stage: Stage,
    part: str,
    works: Sequence[Work],
) -> None:
    with ExitStack() as up:
        backend = up.enter_context(stage.backend())
        served: dict[str, Served] = {}
        for peer in stage.peers:
            try:
                served[peer.name] = up.enter_context(stage.proxy(peer, backend))
            except NotDone as reason:
                _lacks(results, part, peer.name, reason)
        for work in works:
            for _ in range(sizes.rounds):
                _round(results, sizes, stage, served, part, work)


def _round(
    results: Results,
    sizes: Sizes,
    stage: Stage,
    served: dict[str, Served],
    part: str,
    work: Work,
) -> None:
    """Everybody once. One that could not do it is not asked for it again."""
    took: dict[str, load.Done] = {}
    for name, one in served.items():
        if (part, name) not in results.missing:
            try:
                took[name] = load.run(stage.tools, one, *_arguments(work, sizes))
            except NotDone as reason:
                _lacks(results, part, name, reason)
    for figure, value in _figures(part, work):
        for name, done in took.items():
            results.add(figure, name, value(done))
    if work.what == "messages" and work.spread and "direct" in took:
        added = Figure(part, f"{_title(part, work)}: p50 beyond direct", "µs")
        for name in took.keys() - {"direct"}:
            results.add(added, name, took[name].p50_us - took["direct"].p50_us)


def _arguments(work: Work, sizes: Sizes) -> tuple[str, ...]:
    connections = str(max(1, work.connections // sizes.scale))
    size = str(max(1, work.size // sizes.scale))
    seconds = str(sizes.seconds)
    if work.what == "messages":
        return ("messages", connections, seconds, *work.more, str(work.size))
    return (work.what, connections, seconds, size, *work.more)


def _figures(part: str, work: Work) -> list[tuple[Figure, Callable[[load.Done], float]]]:
    title = _title(part, work)
    large = work.size >= MEGABYTE
    unit, one = (
        ("MB/s", "MB")
        if large
        else {
            "messages": ("messages/s", "message"),
            "requests": ("requests/s", "request"),
        }[part]
    )
    units = work.size / MEGABYTE if large else 1.0  # of the table, in one body
    rate = Figure(part, title, unit, work.aims, more_is_better=True)
    cpu = Figure(part, f"{title}: CPU", f"µs/{one}")
    figures: list[tuple[Figure, Callable[[load.Done], float]]] = [
        (rate, lambda done: done.done * units / done.seconds),
        (cpu, lambda done: done.cpu_us / units),
    ]
    if work.spread:
        figures.append((Figure(part, f"{title}: p50", "µs"), lambda done: done.p50_us))
        figures.append((Figure(part, f"{title}: p99", "µs"), lambda done: done.p99_us))
    return figures


def _title(part: str, work: Work) -> str:
    return f"{'WebSocket' if part == 'messages' else 'HTTP'}, {work.name}"


def _lacks(results: Results, part: str, name: str, reason: NotDone) -> None:
    results.lacks(part, name, str(reason))
    say(f"{part}: {name}: {reason}")
