"""A run in a folder of its own, which is left for a look where a promise is broken."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import trio

from tests.chaos.client import Defect
from tests.chaos.trial import texts
from tests.chaos.turns.programs import SERVE
from tests.chaos.turns.tally import Tally
from tests.chaos.turns.world import World


@dataclass(frozen=True, slots=True)
class Trial:
    """`run` is the agent's service. The folder is `within` one, by default the machine's own for
    what is temporary.
    """

    seed: int
    threads: int
    run: str = SERVE
    within: Path | None = None

    def go(self, turns: int, tally: Tally) -> list[str]:
        """The promises that were broken."""
        folder = Path(tempfile.mkdtemp(prefix="nurseryd-chaos-turns-", dir=self.within))
        world = World(folder, str(self.seed), turns, self.threads, self.run, tally)
        defects: list[str] = []
        try:
            trio.run(world.live)
        except* Defect as group:
            defects += texts(group)
        if defects:
            return [f"broken with the seed {self.seed}, in {folder}", *defects]
        shutil.rmtree(folder)
        return []
