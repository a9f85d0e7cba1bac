"""A run: worlds of some rounds each, until the time is over or a promise is broken."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import trio

from tests.chaos.client import Defect
from tests.chaos.trial import texts
from tests.chaos.turns.programs import SERVE
from tests.chaos.turns.tally import Tally
from tests.chaos.whole.world import World

EACH = 8  # rounds in one world; then everything begins anew


@dataclass(frozen=True, slots=True)
class Trial:
    """`run` is the agent's service. Worlds are in folders `within` one, by default the machine's
    own for what is temporary.
    """

    seed: int
    threads: int
    run: str = SERVE
    within: Path | None = None

    def go(self, seconds: float, tally: Tally, told: Callable[[str], None]) -> list[str]:
        """The promises that were broken; the folder in which they were is left for a look.

        A world that has begun is lived to its end: its last calm comes after the time is over.
        """
        until = time.monotonic() + seconds
        number = 0
        while time.monotonic() < until:
            folder = Path(tempfile.mkdtemp(prefix="chaos-", dir=self.within))
            told(f"world {number} in {folder}")
            if defects := self._world(folder, f"{self.seed}/{number}", until, tally, told):
                return [f"broken with the seed {self.seed} in world {number}: {folder}", *defects]
            shutil.rmtree(folder)
            number += 1
        return []

    def _world(
        self, folder: Path, seed: str, until: float, tally: Tally, told: Callable[[str], None]
    ) -> list[str]:
        defects: list[str] = []
        with ExitStack() as leaving:
            world = World(folder, seed, self.threads, self.run, tally, told, leaving)
            try:
                trio.run(world.live, EACH, until)
            except* Defect as group:
                defects += texts(group)
                shutil.copytree(
                    folder / "volume", folder / "left", symlinks=True, ignore=_downloaded
                )
        return defects


def _downloaded(_folder: str, names: list[str]) -> set[str]:
    return {".tarballs", ".filler"} & set(names)
