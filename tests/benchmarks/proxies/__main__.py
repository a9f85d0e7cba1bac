"""`python -m tests.benchmarks.proxies`: `make bench-proxies` runs it."""

from __future__ import annotations

import os
import resource
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import click

from tests.benchmarks.__main__ import CACHE, machine
from tests.benchmarks.field import say
from tests.benchmarks.figures import Results
from tests.benchmarks.proxies import edits, first_page, idle, speed
from tests.benchmarks.proxies import tools as tools_module
from tests.benchmarks.proxies.peers import PROXIES
from tests.benchmarks.proxies.proxy import Proxy
from tests.benchmarks.proxies.sizes import TINY, Sizes
from tests.benchmarks.proxies.stage import Stage
from tests.benchmarks.proxies.tools import Tools
from tests.benchmarks.report import table

Measure = Callable[[Results, Sizes, Stage], None]
PARTS: dict[str, Measure] = {
    "messages": speed.measure_messages,
    "requests": speed.measure_requests,
    "bodies": speed.measure_bodies,
    "idle": idle.measure,
    "edits": edits.measure,
    "first-page": first_page.measure,
    "cold": first_page.measure_cold,
}
UNASKED = [name for name in PARTS if name != "cold"]  # that downloads some 300 MB
NAMES = [proxy.name for proxy in PROXIES]
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
FILES = 20_000  # open at once: 5,000 connections have two ends in a proxy


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), default=CACHE / "nurseryd-benchmarks")
@click.option("--install", is_flag=True, help="First install http-proxy-3 there, where missing.")
@click.option("--python", type=click.Path(path_type=Path), help="Measure its nurseryd instead.")
@click.option("--peer", "peers", type=click.Choice(NAMES), multiple=True, help="Only these.")
@click.option("--only", type=click.Choice(list(PARTS)), multiple=True, help="Only these parts.")
@click.option("--rounds", type=click.IntRange(min=1), help="How often each goes round.")
@click.option("--tiny", is_flag=True, help="So little of everything that it says nothing.")
@click.option("--markdown", type=click.Path(path_type=Path), help="Write the tables here too.")
def main(
    folder: Path,
    install: bool,
    python: Path | None,
    peers: tuple[str, ...],
    only: tuple[str, ...],
    rounds: int | None,
    tiny: bool,
    markdown: Path | None,
) -> None:
    """Measure the front door beside other proxies: in one run, interleaved, as ratios."""
    tools = Tools(folder.resolve(), python.absolute() if python else Path(sys.executable))
    if install:
        tools_module.install(tools)
    tools_module.compile_both(tools)
    _raise_limit()
    sizes = TINY if tiny else Sizes()
    sizes = sizes.in_rounds(rounds) if rounds else sizes
    chosen = [proxy(tools) for proxy in PROXIES if not peers or proxy.name in peers]
    said = [machine()]
    click.echo(said[0])
    with ExitStack() as leaving:
        stage = Stage(tools, chosen, _scratch(leaving, MEMORY), _scratch(leaving, None))
        for name in PARTS:
            if name in (only or UNASKED):
                say(f"== {name}")
                results = Results()
                PARTS[name](results, sizes, stage)
                said.append("\n".join(["", *table(results, _columns(results, chosen))]))
                click.echo(said[-1])
    if markdown is not None:
        markdown.parent.mkdir(parents=True, exist_ok=True)
        markdown.write_text("\n".join([*said, ""]), encoding="utf-8")


def _scratch(leaving: ExitStack, where: str | None) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="nurseryd-proxies-", dir=where))
    leaving.callback(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _columns(results: Results, chosen: Sequence[Proxy]) -> dict[str, str]:
    """Whoever has a sample, the proxies first, and the version where there is one."""
    found = {name for samples in results.samples.values() for name in samples}
    versions = {proxy.name: proxy.version() for proxy in chosen if proxy.name in found}
    return versions | dict.fromkeys(sorted(found - versions.keys()), "")


def _raise_limit() -> None:
    """Of open files, which all that we start inherits; as far as we may."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


if __name__ == "__main__":
    sys.exit(main())
