"""`python -m tests.soak`: hours of use, its figures, and whether all promises were kept."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import click

from tests.conftest import TOOL_MARKERS
from tests.endurance.promise import exactly
from tests.soak.drawing import draw
from tests.soak.load import Load
from tests.soak.logs import Rotations
from tests.soak.pings import Pings
from tests.soak.restarts import AstroRestarts, Restarts
from tests.soak.running import soak
from tests.soak.turns import Turns
from tests.soak.world import World

# What is done in one daemon, one after the other; the first with `light.py` in Astro's place.
LIGHT: tuple[type[Load], ...] = (Restarts, Turns, Rotations)
REAL: tuple[type[Load], ...] = (Pings, AstroRestarts)


@click.command()
@click.option("--turns", default=10_000, show_default=True)
@click.option("--pings", default=100_000, show_default=True)
@click.option("--restarts", default=10_000, show_default=True, help="Of a light dev server.")
@click.option("--astro", default=100, show_default=True, help="Restarts of Astro itself.")
@click.option("--rotations", default=1_000, show_default=True, help="Log files put aside.")
@click.option("--every", default=2.0, show_default=True, help="Seconds between two looks.")
@click.option("--within", default=120.0, show_default=True, help="Minutes for each of them.")
@click.option("--plot", type=click.Path(path_type=Path), help="A folder for pictures.")
@click.option("--cache", type=click.Path(path_type=Path), help="Where dependencies are kept.")
def main(
    every: float, within: float, plot: Path | None, cache: Path | None, astro: int, **counts: int
) -> None:
    """Fail if what the daemon holds rises, it answers later, or anything is not as promised.

    0 of something leaves it out.
    """
    # Astro behaves otherwise under a coding tool.
    for variable in [name for name in os.environ if TOOL_MARKERS.match(name)]:
        del os.environ[variable]
    counts[AstroRestarts.name] = astro
    kept = True
    for loads in LIGHT, REAL:
        wanted = [load for load in loads if counts[load.name]]
        if not wanted:
            continue
        with _world(cache, light=loads is LIGHT) as world:
            for kind in wanted:
                load = kind(world, counts[kind.name], within * 60)
                seen, promises = soak(load, every, click.echo)
                for promise in promises:
                    click.echo(promise)
                    kept = kept and promise.kept
                if plot is not None:
                    draw(seen, plot)
            end = exactly("exit code", world.end(), 0)
            click.echo(end)
            kept = kept and end.kept
    sys.exit(not kept)


@contextmanager
def _world(cache: Path | None, *, light: bool) -> Generator[World]:
    """In a folder that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="nurseryd-soak-"))
    try:
        with World(folder, cache or folder / "cache", light=light) as world:
            yield world
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
