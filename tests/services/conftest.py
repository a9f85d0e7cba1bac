"""What services stand on that is not theirs: a cloud, and the machine's limits."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.cloud import Cloud, empty


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cloud:
    return empty(monkeypatch, str(tmp_path))


@pytest.fixture
def descriptors() -> Iterator[None]:
    """As many as the machine allows: a crowd needs thousands, at each of its ends."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
