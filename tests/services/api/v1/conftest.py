from __future__ import annotations

from collections.abc import Callable

import pytest

from services.messages import Scope
from services.messages.tokens import Grant, sign
from tests.services.api.conftest import TOKEN


@pytest.fixture
def scoped(headers: dict[str, str]) -> Callable[[str], None]:
    """Have `headers` show a token for that scope, from now on."""

    def show(scope: str) -> None:
        headers["Authorization"] = f"Bearer {sign(TOKEN, Grant(Scope.parse(scope)))}"

    return show
