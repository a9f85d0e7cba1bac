"""`python -m tests.benchmarks.api`: `make bench-api` runs it."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import click

from tests.benchmarks.__main__ import CACHE, machine
from tests.benchmarks.api import crowd, requests, stage
from tests.benchmarks.api.sizes import TINY, Sizes
from tests.benchmarks.field import say
from tests.benchmarks.figures import Results
from tests.benchmarks.proxies.tools import Tools, compile_both
from tests.benchmarks.report import table

Measure = Callable[[Results, Sizes, Tools, Path], None]


def _crowd(results: Results, sizes: Sizes, _tools: Tools, scratch: Path) -> None:
    crowd.measure(results, crowd.TINY if sizes == TINY else crowd.FULL, scratch)


PARTS: dict[str, Measure] = {"requests": requests.measure, "crowd": _crowd}
VERSIONS = {"nurseryd": version("nurseryd"), "express": stage.VERSION}


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), default=CACHE / "nurseryd-benchmarks")
@click.option("--install", is_flag=True, help="First install the peers there, where missing.")
@click.option("--only", type=click.Choice(list(PARTS)), multiple=True, help="Only these parts.")
@click.option("--tiny", is_flag=True, help="So little of everything that it says nothing.")
@click.option("--markdown", type=click.Path(path_type=Path), help="Write the tables here too.")
def main(
    folder: Path, install: bool, only: tuple[str, ...], tiny: bool, markdown: Path | None
) -> None:
    """Measure the API of a real daemon: beside Express, as ratios, and before a crowd."""
    tools = Tools(folder.resolve())
    if install:
        stage.install(tools.folder)
    compile_both(tools)
    said = [machine()]
    click.echo(said[0])
    for name, measure in PARTS.items():
        if not only or name in only:
            say(f"== {name}")
            results = Results()
            scratch = Path(tempfile.mkdtemp(prefix="nurseryd-api-"))
            try:
                measure(results, TINY if tiny else Sizes(), tools, scratch)
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
            said.append("\n".join(["", *table(results, VERSIONS)]))
            click.echo(said[-1])
    if markdown is not None:
        markdown.parent.mkdir(parents=True, exist_ok=True)
        markdown.write_text("\n".join([*said, ""]), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
