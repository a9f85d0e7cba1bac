"""What the tests of the whole daemon share: the installed dependencies, and a daemon."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.whole.daemon import Daemon


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where dependencies are installed, once for all tests.

    NURSERYD_TESTS_CACHE keeps them between runs.
    """
    kept = os.environ.get("NURSERYD_TESTS_CACHE")
    return Path(kept) if kept else tmp_path_factory.mktemp("cache")


@pytest.fixture
def daemon(tmp_path: Path, cache: Path) -> Iterator[Daemon]:
    """A running daemon, killed at the end if the test did not end it."""
    with Daemon(tmp_path, cache) as daemon:
        yield daemon
