"""`python -m tests.chaos.turns`: kill whoever has a part in turns, and say what came of it."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

import click

from tests.chaos.turns.mutants import MUTANTS
from tests.chaos.turns.tally import Tally
from tests.chaos.turns.trial import Trial


@click.command()
@click.option("--seed", type=int, help="What to repeat, but for time; by default it is drawn.")
@click.option("--turns", default=300, show_default=True)
@click.option("--threads", default=4, show_default=True, help="Conversations at once.")
@click.option("--mutants", is_flag=True, help="Try services with a mistake each instead.")
def main(seed: int | None, turns: int, threads: int, mutants: bool) -> None:
    """Have so many turns; fail, and leave the folder, at the first broken promise."""
    if seed is None:
        seed = random.randrange(1_000_000)
    click.echo(f"seed {seed}")
    if mutants:
        with tempfile.TemporaryDirectory() as folder:
            found = [_found(Trial(seed, threads, run, Path(folder)), turns) for run in MUTANTS]
        sys.exit(not all(found))
    tally, began = Tally(), time.monotonic()
    defects = Trial(seed, threads).go(turns, tally)
    for line in (*defects, tally, f"seed {seed}, {time.monotonic() - began:.0f} s"):
        click.echo(line)
    sys.exit(bool(defects))


def _found(trial: Trial, turns: int) -> bool:
    tally = Tally()
    defects = trial.go(turns, tally)
    said = f"found in life {tally.lives}: {defects[1][:200]}" if defects else "NOT FOUND"
    click.echo(f"{trial.run.partition(':')[2]}: {said}")
    return bool(defects)


if __name__ == "__main__":
    main()
