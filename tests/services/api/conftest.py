from __future__ import annotations

from pathlib import Path

import pytest
import trio
from quart_trio import QuartTrio

from services.api import Options
from services.api.app import build
from services.api.grace import Grace
from services.keyring.ring import Keyring
from services.messages import Activity
from tests.services.api.fakes import Fakes, build_studio

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
def keyring() -> Keyring:
    return Keyring(TOKEN)


@pytest.fixture
def studio(tmp_path: Path) -> Path:
    """The folder of the studio, as if it were built."""
    return build_studio(tmp_path / "studio")


@pytest.fixture
async def app(
    fakes: Fakes, options: Options, keyring: Keyring, studio: Path, nursery: trio.Nursery
) -> QuartTrio:
    """The application, which asks the fakes."""
    ctx = fakes.harness.context(options)
    grace = Grace(3.0)
    nursery.start_soon(grace.end_after, fakes.harness.stopping)
    return build(
        ctx,
        keyring=keyring,
        activity=ctx.sender("activity", Activity),
        grace=grace,
        studio=studio,
        lately=fakes.lately,
    )


@pytest.fixture
async def client(app: QuartTrio):
    """A client of the application that shows no token by itself."""
    return app.test_client()


@pytest.fixture
def headers() -> dict[str, str]:
    return {"Authorization": f"Bearer {TOKEN}"}
