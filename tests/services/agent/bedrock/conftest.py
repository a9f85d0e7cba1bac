"""The backend as it asks Bedrock, with the stand-in where AWS would be."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from services.standin import Standin, standin
from tests.services.agent.sites import Worktree, worktree

MODEL = "eu.anthropic.claude-haiku-4-5"


@pytest.fixture
async def it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncGenerator[Standin]:
    """A stand-in that this process takes for Bedrock."""
    async with standin() as it:
        for name, value in {
            "HOME": str(tmp_path),  # nobody's own ~/.aws
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": it.url,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }.items():
            monkeypatch.setenv(name, value)
        for name in ("AWS_PROFILE", "AWS_REGION", "AWS_SESSION_TOKEN", "AWS_BEARER_TOKEN_BEDROCK"):
            monkeypatch.delenv(name, raising=False)
        yield it


@pytest.fixture
def site(tmp_path: Path) -> Worktree:
    return worktree(tmp_path)
