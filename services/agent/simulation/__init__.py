"""An agent backend without a network: plain sentences in, edited files out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from services.agent.backend import Backend


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`pause` is what it waits between two pieces of what it says, in seconds.

    `script` is the path of a file that says what to do for which instruction; `script.py` has its
    format. One with mistakes is refused here, with all of them.
    """

    pause: float = 0.02
    script: str = ""

    def __post_init__(self) -> None:
        from services.agent.simulation.script import load

        if not 0 <= self.pause <= 10:
            raise ValueError("cannot pause for that long: `pause` is 0 to 10 seconds")
        if self.script:
            load(Path(self.script))


def make(options: Options) -> Backend:
    """The backend; it keeps to the script as it is on disk now. Raises `ValueError`."""
    from services.agent.simulation.backend import Simulation
    from services.agent.simulation.script import load

    rules = load(Path(options.script)) if options.script else ()
    return Simulation(pause=options.pause, rules=rules)
