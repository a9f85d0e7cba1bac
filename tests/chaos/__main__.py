"""`python -m tests.chaos`: kill the daemon again and again, and say what came of it."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

import click

from tests.chaos.mutants import MUTANTS
from tests.chaos.tally import Tally
from tests.chaos.trial import Trial


@click.command()
@click.option("--seed", type=int, help="What to repeat, but for time; by default it is drawn.")
@click.option("--kills", default=500, show_default=True)
@click.option("--threads", default=6, show_default=True, help="Clients, of two users.")
@click.option("--pages", default=300, show_default=True, help="Files of the site.")
@click.option("--mutants", is_flag=True, help="Kill services with a mistake each instead.")
def main(seed: int | None, kills: int, threads: int, pages: int, mutants: bool) -> None:
    """Kill the daemon so often; fail, and leave its folder, at the first broken promise."""
    if seed is None:
        seed = random.randrange(1_000_000)
    click.echo(f"seed {seed}")
    if mutants:
        with tempfile.TemporaryDirectory() as folder:
            trials = [Trial(seed, threads, pages, run, Path(folder)) for run in MUTANTS]
            found = [_found(trial, kills) for trial in trials]
        sys.exit(not all(found))
    tally, began = Tally(), time.monotonic()
    defects = Trial(seed, threads, pages).go(kills, tally, click.echo)
    for line in (*defects, tally, f"seed {seed}, {time.monotonic() - began:.0f} s"):
        click.echo(line)
    sys.exit(bool(defects))


def _found(trial: Trial, kills: int) -> bool:
    tally = Tally()
    defects = trial.go(kills, tally, lambda _: None)
    said = f"found by kill {tally.kills}: {defects[1][:100]}" if defects else "NOT FOUND"
    click.echo(f"{trial.run.partition(':')[2]}: {said}")
    return bool(defects)


if __name__ == "__main__":
    main()
