from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conformance.roles import INIT, PLAIN, Role


@pytest.fixture(params=[PLAIN, INIT], ids=str)
def role(request: pytest.FixtureRequest, require: Callable[[str], Path]) -> Role:
    """Every test that asks for it is run twice: beside another init, and as PID 1."""
    if request.param is INIT:
        require("unshare")
    return request.param
