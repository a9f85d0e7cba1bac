"""What holds for the whole test run: its environment, its profiles, what may be skipped."""

from __future__ import annotations

import faulthandler
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from trio.testing import MockClock

from tests.container.fixtures import dependencies, full, slim, storage
from tests.sharing import Sharing, turn
from tests.whole.fixtures import cache, daemon

# Here and nowhere below: pytest makes a fixture of a session once for each place that imports it.
__all__ = ["cache", "daemon", "dependencies", "full", "slim", "storage"]

# Coding tools announce themselves to their children with these, and some programs that the
# tests start (`astro dev` among them) then behave differently.
TOOL_MARKERS = re.compile(
    r"CLAUDECODE$|CLAUDE_|ANTHROPIC_|CURSOR_|GEMINI_CLI|CODEX_|OPENCODE|AI_AGENT$|AGENT$"
)

# A machine's habits that users do not share: with the first, every daemon that a test starts
# would compile all of nurseryd again; the second changes when children write.
for variable in ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"):
    os.environ.pop(variable, None)

for variable in [name for name in os.environ if TOOL_MARKERS.match(name)]:
    del os.environ[variable]

# A busy machine says nothing about an example, hence no deadline. The same 100 examples for
# everybody; the nightly run looks for new ones.
settings.register_profile(
    "ci", max_examples=100, derandomize=True, deadline=None, print_blob=True, database=None
)
settings.register_profile("nightly", max_examples=5000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        # The path of a Unix socket has at most 107 bytes: "gw0" says as much as "popen-gw0".
        name = os.environ["PYTEST_XDIST_WORKER"]
        config.option.basetemp = str(Path(config.option.basetemp).with_name(name))


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Sharing:
    config.option.loadscopereorder = False
    return Sharing(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: turn(item.nodeid))


@pytest.fixture(scope="session")
def require() -> Callable[[str], Path]:
    """Call it with the name of a system program: its path, or the test is skipped.

    With NURSERYD_TESTS_REQUIRE_ALL set, as .ci/run does, a missing program is a failure.
    """

    def path_of(program: str) -> Path:
        found = shutil.which(program)
        if found is None:
            reason = f"cannot find {program}: install it, as .ci/run does"
            if os.environ.get("NURSERYD_TESTS_REQUIRE_ALL"):
                pytest.fail(reason)
            pytest.skip(reason)
        return Path(found)

    return path_of


@pytest.fixture
def limits_itself() -> None:
    """For a test that may take longer than any other, and ends by itself when it hangs."""
    faulthandler.cancel_dump_traceback_later()


@pytest.fixture
def autojump_clock() -> MockClock:
    """pytest-trio's, which waits a moment before it jumps.

    What is on its way through a socket or in a worker thread is seen by no clock: on a busy machine
    it comes late, and a clock that jumps at once would have been before it.
    """
    return MockClock(autojump_threshold=0.01)
