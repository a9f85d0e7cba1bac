"""`python -m tests.benchmarks.workspaces`: `make bench-workspaces` runs it."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path

import click

from tests.benchmarks.field import say
from tests.benchmarks.figures import Results
from tests.benchmarks.report import table
from tests.benchmarks.workspaces import git, site
from tests.benchmarks.workspaces.pairs import OURS
from tests.benchmarks.workspaces.sizes import TINY, Sizes

Measure = Callable[[Results, Sizes, Path], None]
PARTS: dict[str, Measure] = {"git": git.measure, "site": site.measure}


@click.command()
@click.option("--only", type=click.Choice(list(PARTS)), multiple=True, help="Only these parts.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where, on which file system.")
@click.option("--tiny", is_flag=True, help="So little of everything that it says nothing.")
@click.option("--markdown", type=click.Path(path_type=Path), help="Write the tables here too.")
def main(only: tuple[str, ...], folder: Path | None, tiny: bool, markdown: Path | None) -> None:
    """Measure workspaces: git's part beside the git program, threads of a site beside one."""
    with ExitStack() as leaving:
        scratch = Path(tempfile.mkdtemp(prefix="nurseryd-workspaces-", dir=folder))
        leaving.callback(shutil.rmtree, scratch, ignore_errors=True)
        said = [_machine(scratch)]
        click.echo(said[0])
        for name, measure in PARTS.items():
            if not only or name in only:
                say(f"== {name}")
                results = Results()
                (scratch / name).mkdir()
                measure(results, TINY if tiny else Sizes(), scratch / name)
                said.append("\n".join(["", *table(results, _columns(results))]))
                click.echo(said[-1])
    if markdown is not None:
        markdown.parent.mkdir(parents=True, exist_ok=True)
        markdown.write_text("\n".join([*said, ""]), encoding="utf-8")


def _columns(results: Results) -> dict[str, str]:
    """Whoever has a sample, ours first, and the version where there is one."""
    versions = {OURS: version("nurseryd"), git.PEER: git.version()}
    return {name: versions.get(name, "") for name in dict.fromkeys(_names(results))}


def _names(results: Results) -> Iterator[str]:
    yield OURS
    for samples in results.samples.values():
        yield from samples


def _machine(scratch: Path) -> str:
    kind = subprocess.run(
        ["stat", "--file-system", "--format=%T", scratch],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    return (
        f"Linux {platform.release()}, {kind}, Python {platform.python_version()}, pygit2"
        f" {version('pygit2')}. A peer's figure, and in brackets ours as a multiple of it."
    )


if __name__ == "__main__":
    sys.exit(main())
