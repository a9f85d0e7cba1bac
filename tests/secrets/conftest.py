"""The two days, each once for all tests that look at what they left behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.secrets import day as days
from tests.secrets import sources
from tests.secrets.day import Day
from tests.services.workspaces.git_server import GitServer
from tests.whole.turns.model import Model


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One that is of these days alone, since it is searched."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def day(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Day:
    folder = tmp_path_factory.mktemp("secrets")
    day = Day(folder)
    days.remote(folder / "remote")
    # What the machine has of its own is none of the secrets that are looked for.
    names = [name for name in os.environ if name.startswith(("AWS_", "GIT_", "GITHUB_"))]
    with pytest.MonkeyPatch.context() as patch:
        for name in names:
            patch.delenv(name)
        git, lost = GitServer(folder / "remote"), GitServer(folder / "remote")
        git.tokens, lost.tokens = {sources.STORED}, {"another"}
        with Model() as model, git.running(), lost.running():
            days.of_a_container(day, cache, model, git, lost)
            days.of_a_laptop(day, cache, model, git)
    return day
