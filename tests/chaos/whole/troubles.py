"""What was done to whom and when, and which turns that excuses. The times are the wall clock's."""

from __future__ import annotations

import time
from collections.abc import Collection, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.turns.kept import Down

# What leaves a turn without an end of its own.
INTERRUPTING = frozenset({"daemon", "restart agent"})
# What a turn needs that runs by any backend.
NEEDED = frozenset(
    {"restart workspaces", "volume full", "volume gone", "volume read-only", "descriptors", "git"}
)
# What a turn needs besides whose model is asked for over the network.
OF_MODEL = frozenset({"model", "model's line", "cli"})
# What else people may be refused for.
OF_API = frozenset({"restart api", "restart previews", "remote's line", "daemon stopped"})
AFTER = 5.0  # seconds after a trouble in which somebody may still be refused for it


@dataclass(slots=True)
class Trouble:
    kind: str
    time: Down


@dataclass(slots=True)
class Troubles:
    """All of them. `daemon` and `model` are the times in which there was none."""

    daemon: list[Down]
    model: list[Down]
    others: list[Trouble] = field(default_factory=list[Trouble])

    def begin(self, kind: str) -> Down:
        trouble = Trouble(kind, Down(time.time()))
        self.others.append(trouble)
        return trouble.time

    @contextmanager
    def during(self, kind: str) -> Generator[None]:
        down = self.begin(kind)
        try:
            yield
        finally:
            down.until = time.time()

    def touched(self, kinds: Collection[str], since: float, until: float) -> bool:
        """Whether there was any of these between two times."""
        return (
            ("daemon" in kinds and any(down.touches(since, until) for down in self.daemon))
            or ("model" in kinds and any(down.touches(since, until) for down in self.model))
            or any(it.kind in kinds and it.time.touches(since, until) for it in self.others)
        )

    def refuses(self, since: float) -> bool:
        """Whether a configuration may have been refused: it names a volume that is written to."""
        return self.touched(NEEDED, since, time.time())

    def now(self) -> bool:
        """Whether somebody may be refused something at this moment."""
        kinds = INTERRUPTING | NEEDED | OF_API
        return self.touched(kinds, time.time() - AFTER, time.time())


@dataclass(frozen=True, slots=True)
class Excuse:
    """What a turn by this backend may end for: see `Excuses`."""

    troubles: Troubles
    backend: str

    def interrupts(self, since: float, until: float) -> bool:
        return self.troubles.touched(INTERRUPTING, since, until)

    def fails(self, root: Path, reason: str | None, since: float, until: float) -> bool:
        asked = OF_MODEL if self.backend != "simulation" else frozenset[str]()
        kinds = NEEDED | INTERRUPTING if reason == "workspace_failed" else NEEDED | asked
        return self.troubles.touched(kinds, since, until)

    def spoils(self, since: float, until: float) -> bool:
        return self.troubles.touched(NEEDED | INTERRUPTING, since, until)
