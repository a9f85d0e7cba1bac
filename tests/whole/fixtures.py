"""What the tests of the whole daemon share: the installed dependencies, and a daemon."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.whole.daemon import Daemon


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where dependencies are installed, once for all tests of this process.

    NURSERYD_TESTS_CACHE keeps them between runs. Of two daemons that run at once no two may have
    a preview of the same name in one cache.
    """
    kept = os.environ.get("NURSERYD_TESTS_CACHE")
    if not kept:
        return tmp_path_factory.mktemp("cache")
    return Path(kept) / os.environ.get("PYTEST_XDIST_WORKER", "")


@pytest.fixture
def daemon(tmp_path: Path, cache: Path) -> Iterator[Daemon]:
    """A running daemon, killed at the end if the test did not end it."""
    with Daemon(tmp_path, cache) as daemon:
        yield daemon
