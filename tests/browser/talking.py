"""A daemon whose simulation follows a script, shared by the tests of a file, and its threads."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.studio import Studio
from tests.whole.daemon import Daemon

SCRIPT = Path(__file__).parent / "chat.toml"
# It asks a person before it publishes.
APPROVE = {"NURSERYD__SERVICE__AGENT__OPTIONS__approve": '["publish"]'}

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def talking(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Iterator[Daemon]:
    folder = tmp_path_factory.mktemp("talking")
    with Daemon(folder, cache, AGENT_SCRIPT=str(SCRIPT), **APPROVE) as daemon:
        yield daemon


@pytest.fixture
def studio(talking: Daemon, page: Page) -> Iterator[Studio]:
    """A thread of its own that is open in the studio, with nothing said yet."""
    thread = f"t{next(_numbers)}"
    talking.init(thread)
    studio = Studio(talking, page, thread)
    studio.open()
    studio.live()
    yield studio
    page.close()
    # So that no more sites run at once than a machine has room for.
    talking.ask("DELETE", f"/v1/threads/acme/ada/{thread}/preview")
    assert studio.complaints == [], studio.complaints
