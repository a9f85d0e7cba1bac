"""`python -m tests.endurance`: the run, its figures, and whether all promises were kept."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from itertools import chain
from pathlib import Path

import click

from tests.endurance.promises import answers, growth, losses
from tests.endurance.trial import FULL, SHORT, Trial
from tests.endurance.world import World

# A small disk that nobody else sees, and that goes with the last process.
DISK = 'mount -t tmpfs -o size=16m endurance "$0" && exec "$@"'


@click.command()
@click.option("--short", is_flag=True, help="So little of everything that it takes seconds.")
@click.option("--within", type=click.Path(path_type=Path), hidden=True)
def main(short: bool, within: Path | None) -> None:
    """Let everything go wrong at once, for some minutes; fail if any promise is broken."""
    if within is None:
        sys.exit(_with_a_disk())
    with ExitStack() as leaving:
        trial = Trial(World(within, leaving), SHORT if short else FULL)
        for number, watch in enumerate(trial.run()):
            click.echo(f"round {number:2}: {watch}")
        found = list(chain(growth(trial), answers(trial), losses(trial)))
    for promise in found:
        click.echo(promise)
    sys.exit(not all(promise.kept for promise in found))


def _with_a_disk() -> int:
    """The same in a folder of its own, where `disk` is a file system."""
    folder = Path(tempfile.mkdtemp(prefix="nurseryd-endurance-"))
    (folder / "disk").mkdir()
    around = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    run = [sys.executable, "-m", "tests.endurance", *sys.argv[1:], "--within", str(folder)]
    try:
        return subprocess.run([*around, "sh", "-c", DISK, str(folder / "disk"), *run]).returncode
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
