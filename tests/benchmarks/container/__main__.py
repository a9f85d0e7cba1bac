"""`python -m tests.benchmarks.container`: `make bench-container` runs it."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import click

from tests.benchmarks.container import images, memory, previews, starting
from tests.benchmarks.container.amounts import TINY, Amounts
from tests.benchmarks.container.stage import BARE, OURS, SLIM, Stage
from tests.benchmarks.field import say
from tests.benchmarks.figures import Results
from tests.benchmarks.report import table
from tests.container.base import Storage, kept
from tests.container.image import build

Measure = Callable[[Results, Amounts, Stage], None]
PARTS: dict[str, Measure] = {
    "images": images.measure,
    "start": starting.measure,
    "previews": previews.measure,
    "memory": memory.measure,
}


@click.command()
@click.option("--only", type=click.Choice(list(PARTS)), multiple=True, help="Only these parts.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where, on which file system.")
@click.option("--tiny", is_flag=True, help="So little of everything that it says nothing.")
@click.option("--markdown", type=click.Path(path_type=Path), help="Write the table here too.")
def main(only: tuple[str, ...], folder: Path | None, tiny: bool, markdown: Path | None) -> None:
    """Build the image and measure its containers: as root, with what .ci/run installs."""
    results = Results()
    with ExitStack() as leaving:
        scratch = Path(tempfile.mkdtemp(prefix="nurseryd-container-bench-", dir=folder))
        leaving.callback(shutil.rmtree, scratch, ignore_errors=True)
        storage = Storage(kept())
        stage = Stage(scratch, {OURS: build(storage, "full"), SLIM: build(storage, "slim")})
        for name, measure in PARTS.items():
            if not only or name in only:
                say(f"== {name}")
                measure(results, TINY if tiny else Amounts(), stage)
    columns: dict[str, str] = dict.fromkeys((OURS, SLIM, BARE), "")
    machine = f"{os.cpu_count()} CPUs, Linux {platform.release()}."
    said = "\n".join([machine, "", *table(results, columns), ""])
    click.echo(said, nl=False)
    if markdown is not None:
        markdown.parent.mkdir(parents=True, exist_ok=True)
        markdown.write_text(said, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
