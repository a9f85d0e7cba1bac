"""How the API bears a crowd: streams of events and polling clients while turns run.

No event may be lost, which is checked; the rest are figures.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import trio

from tests.benchmarks.api.listening import Door, Heard, listen, poll
from tests.benchmarks.figures import Aim, Figure, Results, percentile
from tests.benchmarks.procfs import cpu_ms, resident_mb
from tests.whole.daemon import Daemon

OURS = "nurseryd"
SCRIPT = Path(__file__).with_name("crowd.toml")
THREADS = ("t1", "t2", "t3", "t4")
ALL = "/v1/events?after=0"
EVERY = 1.0  # seconds between two questions of a polling client
HEALTH_EVERY = 0.1
AIMS = {"GET /health, longest": 1000.0, "memory of one silent stream": 100.0}


@dataclass(frozen=True, slots=True)
class Size:
    """A fifth of the `streams` are of all threads, the others of one of four."""

    streams: int
    polling: int
    turns: int  # in each thread, one after another


FULL = (Size(0, 50, 4), Size(50, 50, 4), Size(500, 50, 4))
TINY = (Size(20, 4, 1),)


def measure(results: Results, sizes: tuple[Size, ...], scratch: Path) -> None:
    """Each size with a daemon of its own. Raises `AssertionError` where an event was lost."""
    for size in sizes:
        place = scratch / str(size.streams)
        place.mkdir()
        with Daemon(place, place / "cache", AGENT_SCRIPT=str(SCRIPT)) as daemon:
            for thread in THREADS:
                status, answer = daemon.ask("PUT", path(thread), {"empty": True})
                assert status == 201, answer
            trio.run(_crowd, daemon, size, partial(_add, results, size))


def path(thread: str) -> str:
    return f"/v1/threads/acme/ada/{thread}"


async def _crowd(daemon: Daemon, size: Size, add: Callable[..., None]) -> None:
    door = Door(daemon.api_port, daemon.token)
    assert daemon.process is not None
    pid = daemon.process.pid
    memory = resident_mb(pid)
    everyone = [Heard(where) for where in _paths(size.streams)]
    health: list[float] = []
    polled: list[float] = []
    async with trio.open_nursery() as crowd:
        for number, heard in enumerate(everyone):
            ready = trio.Event()
            crowd.start_soon(listen, door, number, heard, ready)
            await ready.wait()
        add("memory of one silent stream", "KB", _each(resident_mb(pid) - memory, size))
        for number in range(size.polling):
            where = f"{path(THREADS[number % len(THREADS)])}/turns?limit=1"
            crowd.start_soon(poll, door, where, EVERY, polled)
        crowd.start_soon(poll, door, "/health", HEALTH_EVERY, health)
        cpu, began = cpu_ms([pid]), time.monotonic()
        async with trio.open_nursery() as turns:
            for thread in THREADS:
                turns.start_soon(_turns, daemon, thread, size.turns)
        took = time.monotonic() - began
        # Whatever is missing after that was lost.
        for _ in range(300):
            if all(complete(daemon, everyone)):
                break
            await trio.sleep(0.1)
        add("CPU while turns run", "%", (cpu_ms([pid]) - cpu) / took / 10)
        add("resident at the end", "MB", resident_mb(pid))
        crowd.cancel_scope.cancel()
    assert all(complete(daemon, everyone)), "an event was lost, came twice, or out of order"
    told = sum(len(heard.ids) for heard in everyone)
    add("events told in a second", "", told / took)
    for what, samples in (
        ("GET /health", health),
        ("GET turns", polled),
        ("age of an event when it is told", [age for it in everyone for age in it.ages]),
    ):
        for name, summary in (("p50", 50), ("p99", 99)):
            if samples:
                add(f"{what}, {name}", "ms", percentile(summary)(samples) * 1000)
        if samples:
            add(f"{what}, longest", "ms", max(samples) * 1000)


def _paths(streams: int) -> Iterator[str]:
    for number in range(streams):
        one = f"{path(THREADS[number % len(THREADS)])}/events?after=0"
        yield ALL if number % 5 == 4 else one


async def _turns(daemon: Daemon, thread: str, count: int) -> None:
    for _ in range(count):
        body = {"instruction": "count", "mode": "plan"}
        ask = partial(daemon.post, f"{path(thread)}/turns?wait=1", body)
        status, answer = await trio.to_thread.run_sync(ask)
        assert status == 200, answer


def complete(daemon: Daemon, everyone: list[Heard]) -> Iterator[bool]:
    """Whether each was told what the journals have, each event once and in order."""
    folder = daemon.folder / ".nurseryd/workspace/acme/ada/.claude/threads"
    lines: dict[str, list[dict[str, Any]]] = {
        thread: [json.loads(line) for line in (folder / f"{thread}.jsonl").read_text().splitlines()]
        for thread in THREADS
    }
    stamps = sorted(round(it["time"] * 1_000_000) for its in lines.values() for it in its)
    wanted = {
        f"{path(thread)}/events?after=0": [it["id"] for it in its] for thread, its in lines.items()
    }
    wanted[ALL] = stamps
    for heard in everyone:
        yield heard.ids == wanted[heard.path]


def _each(grown: float, size: Size) -> float | None:
    return grown * 1024 / size.streams if size.streams else None


def _add(results: Results, size: Size, name: str, unit: str, sample: float | None) -> None:
    if sample is not None:
        who = f"{size.streams} streams, {size.polling} polling"
        aims = (Aim("", AIMS[name]),) if name in AIMS else ()
        results.add(Figure("crowd", f"{who}: {name}", unit, aims), OURS, sample)
