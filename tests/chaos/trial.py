"""A run: world after world, until there were so many kills or a promise is broken."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import trio

from tests.chaos.client import Defect
from tests.chaos.daemon import SERVE
from tests.chaos.tally import Tally
from tests.chaos.world import World

EACH = 40  # kills in one world; then everything begins anew


@dataclass(frozen=True, slots=True)
class Trial:
    """Conversations at once, files of the site, and the service that is killed.

    Worlds are in folders `within` one, by default the machine's own for what is temporary.
    """

    seed: int
    threads: int
    pages: int
    run: str = SERVE
    within: Path | None = None

    def go(self, kills: int, tally: Tally, told: Callable[[str], None]) -> list[str]:
        """The promises that were broken; the folder in which they were is left for a look."""
        while tally.kills < kills:
            folder = Path(tempfile.mkdtemp(prefix="nurseryd-chaos-", dir=self.within))
            if defects := self._world(folder, min(EACH, kills - tally.kills), tally):
                return [f"broken by kill {tally.kills}, in {folder}", *defects]
            shutil.rmtree(folder)
            told(f"{tally.kills} kills")
        return []

    def _world(self, folder: Path, kills: int, tally: Tally) -> list[str]:
        seed = f"{self.seed}/{tally.kills}"
        world = World(folder, seed, self.threads, self.pages, self.run, tally)
        defects: list[str] = []
        try:
            trio.run(world.live, kills)
        except* Defect as group:
            defects += texts(group)
        finally:
            world.close()
        return defects


def texts(group: BaseExceptionGroup[Defect]) -> list[str]:
    """What every defect in a group says."""
    found: list[str] = []
    for error in group.exceptions:
        found += [str(error)] if isinstance(error, Defect) else texts(error)
    return found
