"""`python -m tests.chaos.whole`: everything goes wrong with the whole, and what came of it."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click

from tests.chaos.turns.tally import Tally
from tests.chaos.whole.mutants import MUTANTS
from tests.chaos.whole.trial import Trial

INSIDE = "NURSERYD_CHAOS_INSIDE"  # set in the mount namespace of its own


@click.command()
@click.option("--seed", type=int, help="What to repeat, but for time; by default it is drawn.")
@click.option("--minutes", default=60.0, show_default=True)
@click.option("--threads", default=6, show_default=True, help="People who edit at once.")
@click.option("--mutants", is_flag=True, help="Try services with a mistake each instead.")
def main(seed: int | None, minutes: float, threads: int, mutants: bool) -> None:
    """Let everything go wrong for so long; fail, and leave the folder, at the first broken promise.

    It mounts file systems, in a namespace of its own: as root, or where users may have namespaces.
    """
    if INSIDE not in os.environ:
        sys.exit(_inside(sys.argv[1:]))
    if seed is None:
        seed = random.randrange(1_000_000)
    click.echo(f"seed {seed}")
    tally, began = Tally(), time.monotonic()

    def told(text: str) -> None:
        click.echo(f"{time.monotonic() - began:6.0f} s  {text}")

    if mutants:
        with tempfile.TemporaryDirectory() as folder:
            found = [
                _found(Trial(seed, threads, run, Path(folder)), 60 * minutes, told)
                for run in MUTANTS
            ]
        sys.exit(not all(found))
    defects = Trial(seed, threads).go(60 * minutes, tally, told)
    for line in (*defects, tally, f"seed {seed}, {time.monotonic() - began:.0f} s"):
        click.echo(line)
    sys.exit(bool(defects))


def _found(trial: Trial, seconds: float, told: Callable[[str], None]) -> bool:
    defects = trial.go(seconds, Tally(), told)
    told(f"{trial.run.partition(':')[2]}: {defects[1][:200] if defects else 'NOT FOUND'}")
    return bool(defects)


def _inside(arguments: list[str]) -> int:
    """The same where mounts are nobody else's."""
    around = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    run = [sys.executable, "-m", "tests.chaos.whole", *arguments]
    return subprocess.run([*around, *run], env={**os.environ, INSIDE: "1"}).returncode


if __name__ == "__main__":
    main()
