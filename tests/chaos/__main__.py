"""`python -m tests.chaos`: kill the daemon again and again, and say what came of it."""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

import click
import trio

from tests.chaos.client import Defect
from tests.chaos.daemon import SERVE
from tests.chaos.tally import Tally
from tests.chaos.world import World

EACH = 25  # kills in one world; then everything begins anew


@click.command()
@click.option("--seed", type=int, help="What to repeat; by default it is drawn.")
@click.option("--kills", default=500, show_default=True)
@click.option("--threads", default=6, show_default=True, help="Conversations at once.")
@click.option("--pages", default=300, show_default=True, help="Files of the site.")
@click.option("--run", default=SERVE, show_default=True, help="The service that is killed.")
def main(seed: int | None, kills: int, threads: int, pages: int, run: str) -> None:
    """Kill the daemon so often; fail, and leave its folder, at the first broken promise."""
    if seed is None:
        seed = random.randrange(1_000_000)
    click.echo(f"seed {seed}")
    tally, began = Tally(), time.monotonic()
    defects: list[str] = []
    while tally.kills < kills and not defects:
        folder = Path(tempfile.mkdtemp(prefix="chaos-"))
        number = tally.kills // EACH
        world = World(folder, f"{seed}/{number}", threads, pages, run, tally)
        try:
            trio.run(world.live, min(EACH, kills - tally.kills))
        except* Defect as group:
            defects = [str(defect) for defect in _leaves(group)]
        finally:
            world.close()
        if defects:
            click.echo(f"BROKEN by kill {tally.kills}, in {folder}:")
        else:
            shutil.rmtree(folder)
            click.echo(f"{tally.kills} kills, {time.monotonic() - began:.0f} s")
    for defect in defects:
        click.echo(defect)
    click.echo(tally)
    click.echo(f"seed {seed}, {time.monotonic() - began:.0f} s")
    sys.exit(bool(defects))


def _leaves(error: BaseException) -> list[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        return [leaf for inner in error.exceptions for leaf in _leaves(inner)]
    return [error]


if __name__ == "__main__":
    main()
