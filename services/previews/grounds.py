"""Where a site runs: found in its worktree, with its dependencies there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import trio

from services.previews import sites
from services.previews.deps import Dependencies
from services.previews.progress import Step
from services.previews.sources import Source
from supervisor.desk import Refused


@dataclass(frozen=True, slots=True)
class Ground:
    """`site` is its folder, `reads` the folders outside of it that it may read.

    The first of those holds its dependencies.
    """

    site: Path
    reads: tuple[Path, ...]


class Grounds:
    """Finds sites, and has their dependencies installed."""

    def __init__(self, dependencies: Dependencies) -> None:
        self._dependencies = dependencies

    async def ready(self, source: Source, tell: Callable[[Step], None]) -> Ground:
        """Return when a source's site can run; `tell` is called with how far that is.

        Raises `Refused` and `OSError` where it cannot.
        """
        site = await trio.to_thread.run_sync(sites.locate, source.worktree, source.site)
        reads = await self._dependencies.ready(site.root, tell)
        if site.root != site.folder and site.root not in reads:
            reads = (*reads, site.root)
        return Ground(site.folder, reads)

    def wanted(self, source: Source) -> frozenset[str]:
        """The modules that would do for a source's site; none where it says nothing.

        Synchronous: for a worker thread.
        """
        try:
            site = sites.locate(source.worktree, source.site)
        except (OSError, Refused):  # its files may be on the move just now
            return frozenset()
        return self._dependencies.wanted(site.root)
