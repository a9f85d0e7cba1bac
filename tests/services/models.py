"""What AWS's APIs are like, as boto3 has it in files."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest


def read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each session would read them anew: half the time of the tests that ask AWS."""
    import botocore.session

    monkeypatch.setattr(botocore.session, "create_loader", _loader)


@cache
def _loader(*places: str | None) -> Any:
    from botocore.loaders import create_loader

    return create_loader(*places)
