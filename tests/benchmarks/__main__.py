"""`python -m tests.benchmarks`: run them, and print the table. `make bench` does it all."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import click

from tests.benchmarks import tools as tools_module
from tests.benchmarks.field import TINY, Field, Sizes, say
from tests.benchmarks.figures import Results
from tests.benchmarks.measures import MEASURES
from tests.benchmarks.peers import PEERS
from tests.benchmarks.report import table
from tests.benchmarks.running import adopt_orphans
from tests.benchmarks.tools import Tools

NAMES = [peer.name for peer in PEERS]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), default=CACHE / "nurseryd-benchmarks")
@click.option("--install", is_flag=True, help="First make the peers in the folder, where missing.")
@click.option("--nurseryd", type=click.Path(path_type=Path), help="Measure this one instead.")
@click.option("--peer", "peers", type=click.Choice(NAMES), multiple=True, help="Only these.")
@click.option("--only", type=click.Choice(list(MEASURES)), multiple=True, help="Only these parts.")
@click.option("--tiny", is_flag=True, help="So little of everything that it says nothing.")
@click.option("--markdown", type=click.Path(path_type=Path), help="Write the table here too.")
def main(
    folder: Path,
    install: bool,
    nurseryd: Path | None,
    peers: tuple[str, ...],
    only: tuple[str, ...],
    tiny: bool,
    markdown: Path | None,
) -> None:
    """Measure nurseryd beside other supervisors: in one run, interleaved, as ratios."""
    tools = Tools(folder.resolve(), nurseryd and nurseryd.absolute())
    if install:
        tools_module.make_peers(tools)
    else:
        tools_module.make_child(tools)
    chosen = [peer(tools) for peer in PEERS if not peers or peer.name in peers]
    results = Results()
    adopt_orphans()
    with ExitStack() as leaving:
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        scratch = Path(tempfile.mkdtemp(prefix="nurseryd-benchmarks-", dir=memory))
        leaving.callback(shutil.rmtree, scratch)
        field = Field(tools, chosen, TINY if tiny else Sizes(), scratch, results)
        for name, measure in MEASURES.items():
            if not only or name in only:
                say(f"== {name}")
                measure(field)
    text = "\n".join([machine(), "", *table(results, {p.name: p.version() for p in chosen}), ""])
    click.echo(text)
    if markdown is not None:
        markdown.parent.mkdir(parents=True, exist_ok=True)
        markdown.write_text(text, encoding="utf-8")


def machine() -> str:
    return (
        f"{os.cpu_count()} CPUs, Linux {platform.release()}, Python {platform.python_version()}."
        " A peer's figure, and in brackets ours as a multiple of it."
    )


if __name__ == "__main__":
    sys.exit(main())
