"""What the tests of the agent share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.agent.serving import Bench

for name in ("bench", "cancel_contract", "contract", "model_contract", "recorder"):
    pytest.register_assert_rewrite(f"tests.services.agent.{name}")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)
