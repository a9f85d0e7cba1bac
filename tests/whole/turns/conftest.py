"""One daemon for each wire, a stand-in for its model, and for each test a thread of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest

from tests.whole.daemon import Daemon, processes_with
from tests.whole.turns.model import Model
from tests.whole.turns.talk import Talk
from tests.whole.turns.wires import WIRES, Wire

INDEX, ABOUT = "src/pages/index.astro", "src/pages/about.astro"
SECRET = "violet-otter-1789"
PAGES = {
    INDEX: "<main>\n  <h1>Hello</h1>\n</main>\n",
    ABOUT: "<main>\n  <h1>About us</h1>\n  <p>We grow ferns.</p>\n</main>\n",
}
_OPTIONS = {
    "turn_budget": "1.0",
    "approve": '["write"]',
    "backends": '["simulation"]',
    "repairs": "1",
    "claude__retries": "2",
    "bedrock__attempts": "3",
}


@dataclass
class House:
    """A daemon, and the model that it asks. `outside` is a folder that the sites link to."""

    daemon: Daemon
    model: Model
    wire: Wire
    outside: Path
    site: Path
    _numbers: count[int] = field(default_factory=count)

    def talk(self) -> Talk:
        """A new thread of a repository of pages that no preview is made of."""
        name = f"t{next(self._numbers)}"
        return Talk(self.daemon, "ada", name, repoUrl=f"file://{self.site}")

    def talk_of_a_site(self) -> Talk:
        """A new thread of the starter site, which has a preview."""
        return Talk(self.daemon, "eve", f"t{next(self._numbers)}")

    def clis(self) -> list[int]:
        """The processes of Claude Code that there are."""
        mark = "CLAUDE_CONFIG_DIR=" + str(self.daemon.folder)
        return [pid for pid in processes_with(mark) if _is_claude(pid)]


def _is_claude(pid: int) -> bool:
    try:
        return os.path.basename(os.readlink(f"/proc/{pid}/exe")) == "claude"
    except OSError:
        return False


@pytest.fixture(scope="session", params=WIRES, ids=str)
def house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, cache: Path
) -> Iterator[House]:
    """For all tests of a wire; killed at the end."""
    wire: Wire = request.param
    folder = tmp_path_factory.mktemp("turns")
    outside, site = folder / "outside", folder / "site"
    outside.mkdir()
    (outside / "secret.txt").write_text(SECRET)
    _plant(site, outside)
    with Model() as model:
        options = {f"NURSERYD__SERVICE__AGENT__OPTIONS__{name}": v for name, v in _OPTIONS.items()}
        home = folder / "daemon"
        home.mkdir()
        variables = {**wire.environment(model.url), **options, "HOME": str(home)}
        with Daemon(home, cache, **variables) as daemon:
            yield House(daemon, model, wire, outside, site)


@pytest.fixture
def talk(house: House) -> Iterator[Talk]:
    """A thread of its own; whatever happened in it, everything that tells of it agrees."""
    talk = house.talk()
    yield talk
    talk.agree()
    assert house.clis() == []


@pytest.fixture
def site(house: House) -> Iterator[Talk]:
    """The same of a site that has a preview."""
    talk = house.talk_of_a_site()
    yield talk
    talk.agree()
    assert house.clis() == []


@pytest.fixture
def model(house: House) -> Model:
    return house.model


@pytest.fixture
def wire(house: House) -> Wire:
    return house.wire


def _plant(root: Path, outside: Path) -> None:
    """A repository of pages, and of what is to mislead an agent."""
    for path, text in PAGES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    (root / "src/out").symlink_to(outside)
    (root / "secret.md").symlink_to(outside / "secret.txt")
    who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
    environment = {
        "PATH": os.environ["PATH"],
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-qm", "Begin")):
        subprocess.run(["git", "-C", str(root), *who, *words], env=environment, check=True)
