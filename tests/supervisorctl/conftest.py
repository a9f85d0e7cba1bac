from __future__ import annotations

import pytest

from tests.supervisorctl.ctl import SUPERVISORCTL


@pytest.fixture(scope="session", autouse=True)
def _it_is_there() -> None:
    if not SUPERVISORCTL.exists():
        pytest.fail("cannot find supervisorctl: run 'make .venv/supervisorctl.stamp', as make test")
