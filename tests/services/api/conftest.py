from __future__ import annotations

from pathlib import Path

import pytest
import trio

from services.api import Options
from services.api.app import build
from services.api.grace import Grace
from services.messages import Activity
from tests.services.api.fakes import Fakes

TOKEN = "a-token"


@pytest.fixture
async def fakes(tmp_path: Path, nursery: trio.Nursery) -> Fakes:
    fakes = Fakes(tmp_path)
    nursery.start_soon(fakes.answer)
    return fakes


@pytest.fixture
def options() -> Options:
    return Options(preview="https://preview.example.com/")


@pytest.fixture
async def client(fakes: Fakes, options: Options, nursery: trio.Nursery):
    """A client of the application that shows no token by itself."""
    ctx = fakes.harness.context(options)
    grace = Grace(3.0)
    nursery.start_soon(grace.end_after, fakes.harness.stopping)
    app = build(
        ctx,
        token=TOKEN,
        token_file=Path("/run/nurseryd/the token"),
        activity=ctx.sender("activity", Activity),
        grace=grace,
    )
    return app.test_client()


@pytest.fixture
def headers() -> dict[str, str]:
    return {"Authorization": f"Bearer {TOKEN}"}
