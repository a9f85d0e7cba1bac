"""How processes share the tests where several run them: what stays together, what begins first."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

# What is made once for a folder (images, a daemon for each wire) belongs to one process.
TOGETHER = {
    "tests/container/": "containers",
    "tests/benchmarks/container/": "containers",
    "tests/whole/turns/": "turns",
}

# The longest first, so that no process is left with them when the others are done.
FIRST = (
    "tests/chaos/whole/",
    "tests/container/",
    "tests/benchmarks/container/",
    "tests/whole/turns/",
    "tests/browser/",
    "tests/soak/",
    "tests/chaos/",
    "tests/whole/",
    "tests/services/previews/",
    "tests/benchmarks/",
    "tests/endurance/",
    "tests/conformance/",
)


def unit(nodeid: str) -> str:
    """The tests that one process runs one after another: those of a file, unless it says more."""
    file = nodeid.partition("::")[0]
    return next((name for folder, name in TOGETHER.items() if file.startswith(folder)), file)


def turn(nodeid: str) -> int:
    """A rank to sort by: when a test's turn comes."""
    ranks = (rank for rank, folder in enumerate(FIRST) if nodeid.startswith(folder))
    return next(ranks, len(FIRST))


class Sharing(LoadScopeScheduling):
    """Hands units to whoever is free, in the order in which their tests were collected."""

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)
