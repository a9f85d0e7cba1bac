"""What an idle WebSocket costs in memory, and how long many of them take to open."""

from __future__ import annotations

import time

import msgspec

from tests.benchmarks import procfs
from tests.benchmarks.field import say
from tests.benchmarks.figures import Aim, Figure, Results
from tests.benchmarks.job import NotDone
from tests.benchmarks.proxies import load
from tests.benchmarks.proxies.sizes import Sizes
from tests.benchmarks.proxies.stage import Served, Stage


def measure(results: Results, sizes: Sizes, stage: Stage) -> None:
    """A new proxy each time, since none gives all of it back."""
    for number, rounds in sizes.idle:
        for _ in range(rounds):
            for peer in stage.peers:
                if ("idle", peer.name) in results.missing:
                    continue
                try:
                    with stage.backend() as backend, stage.proxy(peer, backend) as served:
                        _take(results, sizes, stage, peer.name, served, number)
                except NotDone as reason:
                    results.lacks("idle", peer.name, str(reason))
                    say(f"idle: {peer.name}: {reason}")


def _take(
    results: Results, sizes: Sizes, stage: Stage, name: str, served: Served, number: int
) -> None:
    """PSS counts what a process has mapped; the kernel's own part of a socket is not in it."""
    each = Figure("idle", f"{number:,} idle WebSockets: PSS of each", "KB", (Aim("", 5.0),))
    whole = Figure("idle", f"{number:,} idle WebSockets: PSS of the proxy", "MB")
    opening = Figure("idle", f"{number:,} WebSockets opened, 64 at a time", "ms")
    load.run(stage.tools, served, "messages", "1", "0.1", "1", "100")
    pids = served.pids()
    before, _ = procfs.memory_mb(pids)
    with load.loading(stage.tools, served, "idle", str(number)) as process:
        opened = msgspec.json.decode(load.said(process), type=load.Opened)
        time.sleep(sizes.settle)
        after, _ = procfs.memory_mb(pids)
    results.add(each, name, (after - before) * 1024 / number)
    results.add(whole, name, after)
    results.add(opening, name, opened.opening_ms)
