"""What services stand on that is not theirs: a cloud."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.cloud import Cloud, running


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Cloud]:
    with running(monkeypatch, str(tmp_path)) as cloud:
        yield cloud
